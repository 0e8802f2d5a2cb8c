import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../../functions/core/errors.ts';
import {
  embeddingFromBytes,
  embeddingToBytes,
  normalised,
} from '../../../../functions/core/labels/embedding.ts';
import {
  distinctKnown,
  type Example,
  withEarlier,
} from '../../../../functions/core/learning/known-examples.ts';

const SIZE = 64;

/** A direction of its own for each number. */
function example(name: string, seed: number): Example {
  const values = Float32Array.from({ length: SIZE }, (_, i) => Math.sin(seed * 7.3 + i * (1.7 + seed)));
  return { name, embedding: normalised(values) };
}

const names = (examples: readonly Example[]) => examples.map(({ name }) => name);

describe('distinctKnown', () => {
  it('counts a picture once that is named twice, or is a copy of another', () => {
    const stored = embeddingFromBytes(
      embeddingToBytes({ modelDigest: 'm', values: example('', 1).embedding }),
      'm',
    );
    const examples = distinctKnown({
      positive: [
        example('a.png', 1),
        example('b.png', 2),
        example('a.png', 1),
        { name: 's3://photos/copy-of-a.png', embedding: stored.values },
      ],
      negative: [example('c.png', 3), example('d.png', 3)],
    });
    expect(names(examples.positive)).toEqual(['a.png', 'b.png']);
    expect(names(examples.negative)).toEqual(['c.png']);
    expect(examples.repeated).toEqual(['a.png', 's3://photos/copy-of-a.png', 'd.png']);
  });

  it('keeps pictures that are only alike', () => {
    const near = Float32Array.from(example('', 1).embedding, (value, i) => (i === 0 ? value + 0.01 : value));
    const positive = [example('a.png', 1), { name: 'near.png', embedding: normalised(near) }];
    expect(names(distinctKnown({ positive, negative: [] }).positive)).toEqual(['a.png', 'near.png']);
  });

  it('rejects pictures that have the label and have not, naming every one', () => {
    const both = () =>
      distinctKnown({
        positive: [example('a.png', 1), example('b.png', 2)],
        negative: [example('a.png', 1), example('other-name.png', 2), example('c.png', 3)],
      });
    expect(both).toThrow(InvalidInput);
    expect(both).toThrow(/a\.png: .* but received both\n.*other-name\.png: .* same picture as b\.png/);
  });
});

describe('withEarlier', () => {
  it('joins what was said earlier, and lets what is said now hold where they disagree', () => {
    const said = { positive: [example('a', 1), example('b', 2)], negative: [example('c', 3)] };
    const earlier = {
      positive: [example('c', 3), example('b', 2), example('e', 5)],
      negative: [example('a', 1), example('f', 6)],
    };
    const { positive, negative } = withEarlier(said, earlier);
    expect(names(positive)).toEqual(['a', 'b', 'e']);
    expect(names(negative)).toEqual(['c', 'f']);
  });
});

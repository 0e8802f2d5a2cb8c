import { describe, expect, it } from 'vitest';
import { ModelMismatch } from '../../../../functions/core/errors.ts';
import { compileClassifier } from '../../../../functions/core/labels/classifier.ts';
import { normalised, type PromptEncoder } from '../../../../functions/core/labels/embedding.ts';
import { labelSetDigest, parseLabelSet } from '../../../../functions/core/labels/label-set.ts';

const VECTORS: Readonly<Record<string, number[]>> = {
  'a cat': [1, 0, 0],
  'the cat': [0, 1, 0],
  'a dog': [0, 0, 1],
  'the dog': [0, 0, 1],
  nothing: [1, 0, 0],
  noise: [0, 1, 0],
};

/** An encoder that knows a few texts, and remembers what it was asked. */
function textEncoder(
  modelDigest = 'model-a',
  encodedBy = modelDigest,
): PromptEncoder & { asked: string[][] } {
  const asked: string[][] = [];
  return {
    asked,
    modelDigest,
    logitScale: 12.5,
    async encode(texts) {
      asked.push([...texts]);
      return texts.map((text) => ({
        modelDigest: encodedBy,
        values: normalised(VECTORS[text] ?? [0, 0, 0]),
      }));
    },
  };
}

const labelSet = (changes: object = {}) =>
  parseLabelSet(
    {
      name: 'pets',
      version: 1,
      mode: 'exclusive',
      promptTemplates: ['a {label}', 'the {label}'],
      labels: ['cat', 'dog'],
      ...changes,
    },
    'pets',
  );

describe('compileClassifier', () => {
  it('takes the mean over the prompts of a label, normalised again', async () => {
    const { labelRows } = await compileClassifier(labelSet(), textEncoder());
    const half = Math.fround(Math.SQRT1_2);
    expect([...labelRows]).toEqual([half, half, 0, 0, 0, 1]);
  });

  it('encodes all prompts in one call', async () => {
    const encoder = textEncoder();
    await compileClassifier(labelSet({ noneOfThese: ['nothing'] }), encoder);
    expect(encoder.asked).toEqual([['a cat', 'the cat', 'a dog', 'the dog', 'nothing']]);
  });

  it('makes one row of "none of these" in exclusive mode', async () => {
    const { contrastRows } = await compileClassifier(
      labelSet({ noneOfThese: ['nothing', 'noise'] }),
      textEncoder(),
    );
    const half = Math.fround(Math.SQRT1_2);
    expect([...contrastRows]).toEqual([half, half, 0]);
  });

  it('makes no contrast row in exclusive mode without "none of these"', async () => {
    expect((await compileClassifier(labelSet(), textEncoder())).contrastRows).toHaveLength(0);
  });

  it('makes a row of each contrast prompt in independent mode', async () => {
    const independent = labelSet({ mode: 'independent', contrastPrompts: ['nothing', 'noise'] });
    const { contrastRows } = await compileClassifier(independent, textEncoder());
    expect([...contrastRows]).toEqual([1, 0, 0, 0, 1, 0]);
  });

  it('carries the digests and the logit scale', async () => {
    const set = labelSet();
    expect(await compileClassifier(set, textEncoder())).toMatchObject({
      labelSet: set,
      labelSetDigest: labelSetDigest(set, 'model-a'),
      modelDigest: 'model-a',
      logitScale: 12.5,
    });
  });

  it('rejects text embeddings of another model than the encoder says it is', async () => {
    await expect(compileClassifier(labelSet(), textEncoder('model-a', 'model-b'))).rejects.toThrow(
      ModelMismatch,
    );
  });

  it('rejects prompts whose mean has no direction', async () => {
    const encoder: PromptEncoder = {
      ...textEncoder(),
      encode: async (texts) =>
        texts.map((_, i) => ({ modelDigest: 'model-a', values: Float32Array.of(i % 2 ? -1 : 1, 0, 0) })),
    };
    await expect(compileClassifier(labelSet(), encoder)).rejects.toMatchObject({ code: 'not-an-embedding' });
  });
});

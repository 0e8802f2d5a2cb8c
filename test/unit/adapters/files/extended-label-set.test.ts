import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { withLabels } from '../../../../functions/adapters/files/extended-label-set.ts';
import { InvalidInput } from '../../../../functions/core/errors.ts';

const added = (text: string, ...names: string[]) => withLabels(text, names, 'mine.yaml');

describe('withLabels', () => {
  it.each<[string, string, string]>([
    ['a list', 'name: m\nlabels:\n  - cat\n', 'name: m\nlabels:\n  - cat\n  - dog\n'],
    ['a list at the left', 'labels:\n- cat\ntopK: 3\n', 'labels:\n- cat\n- dog\ntopK: 3\n'],
    [
      'comments',
      '# mine\nlabels: # all\n    # first\n    - cat  # ours\n\n# the end\ntopK:   3\n',
      '# mine\nlabels: # all\n    # first\n    - cat  # ours\n    - dog\n\n# the end\ntopK:   3\n',
    ],
    [
      'a mapping at the end',
      'labels:\n  - cat\n  - name: x\n    prompts:\n      - foo # c\ntopK: 3\n',
      'labels:\n  - cat\n  - name: x\n    prompts:\n      - foo # c\n  - dog\ntopK: 3\n',
    ],
    [
      'a mapping in braces',
      'labels:\n  - { name: coffee,\n      threshold: 0.9 } # c\n',
      'labels:\n  - { name: coffee,\n      threshold: 0.9 } # c\n  - dog\n',
    ],
    ['a block of text', 'labels:\n- |-\n  cat\nx: 1', 'labels:\n- |-\n  cat\n- dog\nx: 1'],
    ['no line end at the end', 'labels:\n  - cat', 'labels:\n  - cat\n  - dog'],
    ['line ends of Windows', 'a: 1\r\nlabels:\r\n  - cat\r\n', 'a: 1\r\nlabels:\r\n  - cat\r\n  - dog\r\n'],
    ['line ends of old Macs', 'a: 1\rlabels:\r  - cat\rb: 2\r', 'a: 1\rlabels:\r  - cat\r  - dog\rb: 2\r'],
    ['brackets', 'labels: [cat]\n', 'labels: [cat, dog]\n'],
    ['brackets with room', 'labels: [ cat, cow, ] # c\n', 'labels: [ cat, cow, dog, ] # c\n'],
    ['JSON', '{"labels":["cat","cow"],"topK":3}', '{"labels":["cat","cow","dog"],"topK":3}'],
    [
      'JSON on lines',
      '{\n  "labels": [\n    "cat",\n    {"name": "x"}\n  ]\n}\n',
      '{\n  "labels": [\n    "cat",\n    {"name": "x"},\n    "dog"\n  ]\n}\n',
    ],
    ['JSON with one label on a line', '{"labels": [\n  "cat"\n]}', '{"labels": [\n  "cat",\n  "dog"\n]}'],
  ])('leaves all else as it is written: %s', (_, before, after) => {
    expect(added(before, 'dog')).toBe(after);
  });

  it('writes what YAML would take for something else in quotes', () => {
    expect(added('labels:\n  - cat\n', '747', 'yes: no', 'true', '#x', "cat's", 'Bär')).toBe(
      'labels:\n  - cat\n  - "747"\n  - "yes: no"\n  - "true"\n  - "#x"\n  - cat\'s\n  - Bär\n',
    );
  });

  it.each([
    ['no list', 'labels: cat\n'],
    ['none', 'name: m\n'],
    ['an alias', 'a: &a [cat]\nlabels: *a\n'],
    ['an empty list', 'labels: []\n'],
    ['a list behind a key of its own kind', '? labels\n: - cat\n'],
    ['no YAML', 'labels:\n  - cat\n  - "dog\n'],
  ])('rejects a text whose labels are %s', (_, text) => {
    expect(() => added(text, 'dog')).toThrow(InvalidInput);
  });

  it('gains nothing but the labels, or is refused, whatever is written', () => {
    const word = fc
      .string({ minLength: 1, maxLength: 8, unit: 'grapheme' })
      .filter((text) => text.trim() !== '');
    const label = fc.oneof(
      word,
      fc.record({ name: word, prompts: fc.array(word, { minLength: 1, maxLength: 2 }) }),
    );
    const style = fc.record({
      indent: fc.constantFrom(2, 4),
      lineWidth: fc.constantFrom(0, 20, 80),
      collectionStyle: fc.constantFrom<('any' | 'flow')[]>('any', 'flow'),
    });
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), word, style, (labels, name, options) => {
        const text = stringify({ name: 'm', labels, topK: 3 }, options);
        const after = added(text, name);
        expect(parse(after)).toEqual({ name: 'm', labels: [...labels, name], topK: 3 });
      }),
      { numRuns: 300 },
    );
  });

  it('never spoils a text of any bytes', () => {
    const base = 'name: m\nlabels: # c\n  - cat\n  - { name: x, prompts: [a, "b"] }\ntopK: 3\n';
    const mutated = fc
      .array(
        fc.tuple(
          fc.nat(base.length),
          fc.constantFrom('\n', '-', ' ', '"', '[', '}', '&a', '*a', '|', '#', '\r'),
        ),
        {
          maxLength: 4,
        },
      )
      .map((cuts) => cuts.reduce((text, [at, sign]) => text.slice(0, at) + sign + text.slice(at), base));
    fc.assert(
      fc.property(mutated, (text) => {
        try {
          const after = parse(added(text, 'dog').replace(/\r(?!\n)/g, '\n'), { logLevel: 'error' });
          expect(after.labels.at(-1)).toBe('dog');
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInput);
        }
      }),
      { numRuns: 500 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownLabelSetText } from '../../../../functions/adapters/files/own-label-set-text.ts';
import { parseYaml } from '../../../../functions/adapters/files/yaml-text.ts';
import { adHocFaults, adHocLabelSet } from '../../../../functions/core/labels/ad-hoc-label-set.ts';
import { parseLabelSet } from '../../../../functions/core/labels/label-set.ts';

const typed = (labels: readonly string[], isExclusive = false) => ({
  ...adHocLabelSet(labels, { isExclusive }),
  name: 'mine',
});
const read = (text: string) => parseLabelSet(parseYaml(text).value, 'mine');

const words = fc
  .uniqueArray(
    fc.oneof(
      fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
      fc.constantFrom('747', 'no', '#1', 'a: b', '- x', '{y}', '"', 'null', '*z', '!t', '0x1f', '~'),
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .filter((labels) => adHocFaults(labels).length === 0 && !labels.join('').includes('\ufffd'));

describe('the file of a label set that was typed', () => {
  it('is read as that very label set, whatever the words are', () => {
    fc.assert(
      fc.property(words, fc.boolean(), (labels, isExclusive) => {
        const { version: _, ...labelSet } = typed(labels, isExclusive);
        expect(read(ownLabelSetText({ ...labelSet, version: '1' }))).toMatchObject(labelSet);
      }),
    );
  });

  it('is changed to another label set, whatever it was before', () => {
    fc.assert(
      fc.property(words, words, fc.boolean(), fc.boolean(), (before, after, wasExclusive, isExclusive) => {
        const text = ownLabelSetText(typed(before, wasExclusive));
        const { version: _, ...labelSet } = typed(after, isExclusive);
        const changed = read(ownLabelSetText({ ...labelSet, version: '1' }, text));
        expect({ ...changed, version: '' }).toEqual({ ...labelSet, version: '' });
        expect(changed.version).toBe('2');
      }),
    );
  });

  it('is written anew in place of one that cannot be read', () => {
    for (const broken of ['name: [', '', '- a\n- b\n', '{{{', 'x: 1\nx: 2\n']) {
      expect(read(ownLabelSetText(typed(['cat']), broken)).labels).toMatchObject([{ name: 'cat' }]);
    }
  });
});

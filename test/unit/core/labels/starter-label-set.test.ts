import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { adHocFaults, adHocLabelSet } from '../../../../functions/core/labels/ad-hoc-label-set.ts';
import { parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import { LABEL_SET_NAME } from '../../../../functions/core/labels/label-set-schema.ts';
import { starterJson, starterYaml } from '../../../../functions/core/labels/starter-label-set.ts';

const PLACES = { schema: './schema.json', path: 'a.yaml' };

describe('a label set to begin with', () => {
  it.each([true, false])('can be used as it is (exclusive: %s)', (isExclusive) => {
    const text = starterYaml({ name: 'pets', isExclusive, ...PLACES });
    const labelSet = parseLabelSet(parse(text), 'pets');
    expect(labelSet).toMatchObject({ name: 'pets', mode: isExclusive ? 'exclusive' : 'independent' });
    expect(labelSet.labels.map(({ name }) => name)).toEqual(['cat', 'dog', 'drawing']);
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/schema\.json\n/);
  });

  it('can be used with each of its comments made a field', () => {
    const text = starterYaml({ name: 'pets', isExclusive: false, ...PLACES });
    const fields =
      text.match(/^# (prompts|promptTemplates|contrastPrompts|appliesTo):(.*\n# {3}.*)?.*/gm) ?? [];
    expect(fields).toHaveLength(4);
    for (const field of fields) {
      const used = text.replace(field, field.replace(/^# /gm, ''));
      expect(() => parseLabelSet(parse(used), field)).not.toThrow();
      expect(parse(used)).not.toEqual(parse(text));
    }
  });

  it('says what labels say that were only named, whatever they and it are called', () => {
    const labels = fc.array(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 30 }),
        fc.constantFrom('yes', '1.10', 'a: b', '- x', '#', 'a drawing', '{label}', 'null'),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    const name = fc.oneof(
      fc.stringMatching(new RegExp(`^${LABEL_SET_NAME.source}$`)),
      fc.constantFrom('1e3', 'null', '0x10', 'on'),
    );
    fc.assert(
      fc.property(labels, name, fc.boolean(), (words, set, isExclusive) => {
        fc.pre(adHocFaults(words).length === 0 && !words.some((word) => word.includes('\ufffd')));
        const { topK: _, ...wanted } = adHocLabelSet(words, { isExclusive });
        const starter = { name: set, isExclusive, labels: words, ...PLACES };
        for (const text of [starterYaml(starter), starterJson(starter)]) {
          expect(parseLabelSet(parse(text), 'test')).toMatchObject({ ...wanted, name: set });
        }
      }),
    );
  });
});

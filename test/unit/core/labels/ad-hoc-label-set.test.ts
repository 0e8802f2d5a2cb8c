import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adHocFaults, adHocLabelSet } from '../../../../functions/core/labels/ad-hoc-label-set.ts';
import { contrastPromptsOf, promptsOf } from '../../../../functions/core/labels/label-set.ts';

describe('a label set of labels that were only named', () => {
  it.each([
    ['cat', 'a photo of a cat'],
    ['  ice  cream ', 'a photo of a ice cream'],
    ['a drawing', 'a drawing'],
    ['An espresso in a red cup', 'An espresso in a red cup'],
    ['the Eiffel Tower', 'the Eiffel Tower'],
    ['two dogs', 'two dogs'],
    ['pencil drawing of a dog', 'pencil drawing of a dog'],
    ['animal', 'a photo of a animal'],
    ['drawing', 'a photo of a drawing'],
    ['another day', 'a photo of a another day'],
  ])('asks of "%s" by "%s"', (label, prompt) => {
    const labelSet = adHocLabelSet([label]);
    expect(labelSet.labels.flatMap((one) => promptsOf(labelSet, one))).toEqual([prompt]);
  });

  it('weighs labels against the same prompts in both modes', () => {
    const [some, one] = [adHocLabelSet(['cat']), adHocLabelSet(['cat'], { isExclusive: true })];
    expect([some.mode, one.mode]).toEqual(['independent', 'exclusive']);
    expect(contrastPromptsOf(one)).toEqual(contrastPromptsOf(some));
    expect([some.minimumScore, one.minimumScore]).toEqual([0.75, 0.7]);
    expect(adHocLabelSet(['cat'], { minimumScore: 0 }).minimumScore).toBe(0);
  });

  it('shows every label that fits, as far as a label set may', () => {
    const many = Array.from({ length: 101 }, (_, i) => `label ${i}`);
    expect(adHocLabelSet(many.slice(0, 3)).topK).toBe(3);
    expect(adHocLabelSet(many).topK).toBe(100);
  });

  it('rejects each label that is empty, too long or there twice', () => {
    expect(adHocFaults([])).toEqual(['Expected at least one label']);
    expect(adHocFaults(['x'.repeat(100)])).toEqual([]);
    expect(adHocFaults(['__proto__'])).toEqual(['Expected another word than __proto__ as label 1']);
    expect(adHocFaults(['\t', 'x'.repeat(101), 'café', 'CAFE\u0301'])).toEqual([
      'Expected some text as label 1 but received "\\t"',
      expect.stringMatching(/^Expected a label of up to 100 characters but received 101: "x{40}…"/),
      'Expected each label once but received "café" and "CAFÉ"',
    ]);
    expect(() => adHocLabelSet(['cat', 'cat'])).toThrow('Expected each label once');
  });

  it('is one whatever texts have no faults', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 5 }), (labels) => {
        fc.pre(adHocFaults(labels).length === 0);
        expect(adHocLabelSet(labels).labels).toHaveLength(labels.length);
      }),
    );
  });
});

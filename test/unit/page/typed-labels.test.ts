import { describe, expect, it } from 'vitest';
import { nameFault, suggestedName, typedLabels } from '../../../functions/page/model/typed-labels.ts';

describe('labels as they are typed', () => {
  it.each<[text: string, labels: string[]]>([
    ['', []],
    ['cat', ['cat']],
    ['cat\ndog\r\n\n bird ', ['cat', 'dog', 'bird']],
    ['cat, dog; a drawing of  a horse,', ['cat', 'dog', 'a drawing of a horse']],
    ['Cat\ncat\nCAT\ndog', ['Cat', 'dog']],
  ])('of %j are %j', (text, labels) => {
    expect(typedLabels(text)).toEqual(labels);
  });

  it('get a name that is free', () => {
    expect(suggestedName(['Café au lait!'], [])).toBe('cafe-au-lait');
    expect(suggestedName(['cat'], ['cat', 'cat-2'])).toBe('cat-3');
    expect(suggestedName(['猫'], [])).toBe('my-labels');
    expect(suggestedName([], ['my-labels'])).toBe('my-labels-2');
    expect(nameFault(suggestedName(['x'.repeat(200)], []), [])).toBeUndefined();
  });

  it('rejects names that cannot be used', () => {
    expect(nameFault('pets', ['pets'])).toMatch(/already/);
    for (const name of ['', 'Pets', 'a b', '-a', '../a', 'x'.repeat(64)]) {
      expect(nameFault(name, [])).toMatch(/small letters/);
    }
  });
});

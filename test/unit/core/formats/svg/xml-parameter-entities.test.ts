import { describe, expect, it } from 'vitest';
import { withoutParameterEntities } from '../../../../../functions/core/formats/svg/xml-parameter-entities.ts';

const expanded = (subset: string) =>
  withoutParameterEntities(`<!DOCTYPE svg SYSTEM "[%a;" [${subset}]>`).replaceAll(/ +/g, ' ');
const inType = (subset: string) => `<!DOCTYPE svg SYSTEM "[%a;" [${subset}]>`;

describe('withoutParameterEntities', () => {
  it.each([
    ['one', `<!ENTITY % a "<!ENTITY b 'c'>">%a;`, ` <!ENTITY b 'c'> `],
    ['the first of a name', `<!ENTITY % a "1"><!ENTITY % a '2'>%a;`, ' 1 '],
    ['one of another file by nothing', '<!ENTITY % a SYSTEM "a">x%a;y', ' x y'],
    ['a public one by nothing', '<!ENTITY % a PUBLIC "a" "b">x%a;y', ' x y'],
    ['one within another', `<!ENTITY % a "1"><!ENTITY % b "&#37;a;&#x25;a;">%b;`, ' 1 1 '],
  ])('replaces %s', (_, subset, result) => expect(expanded(subset)).toBe(inType(result)));

  it.each([
    ['nothing in other declarations', `<!ENTITY % a "1"><!ENTITY b "%a;">`, ` <!ENTITY b "%a;">`],
    ['nothing in comments', '<!ENTITY % a "1"><!-- %a; -->', ' <!-- %a; -->'],
    ['no name that is not declared', '<!ENTITY % a "1">%b; % ', ' %b; % '],
  ])('replaces %s', (_, subset, result) => expect(expanded(subset)).toBe(inType(result)));

  it.each([
    ['none', '<!ENTITY b "50 %">'],
    ['a circle', '<!ENTITY % a "&#37;a;">%a;'],
    ['those that multiply', multiplying()],
    ['a comment without end', '<!ENTITY % a "1"> <!-- %a;'],
  ])('leaves a document type with %s to the parser', (_, subset) => {
    const type = inType(subset);
    const result = withoutParameterEntities(type);
    expect(result.length).toBeLessThanOrEqual(type.length);
    expect(result.endsWith(`${subset.slice(-5)}]>`)).toBe(true);
  });
});

/** Each is ten of the one before: a thousand million characters. */
function multiplying(): string {
  const levels = Array.from({ length: 8 }, (_, n) => `<!ENTITY % e${n + 1} "${`&#37;e${n};`.repeat(10)}">`);
  return `<!ENTITY % e0 "0123456789">${levels.join('')}%e8;`;
}

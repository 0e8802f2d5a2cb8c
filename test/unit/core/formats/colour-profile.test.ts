import { expect, it } from 'vitest';
import { isPictureProfile } from '../../../../functions/core/formats/colour-profile.ts';

function profile(use: string, colours: string): Buffer {
  const header = Buffer.alloc(128);
  header.write(use, 12, 'latin1');
  header.write(colours, 16, 'latin1');
  return header;
}

it.each([
  ['a display', profile('mntr', 'RGB '), true],
  ['a scanner', profile('scnr', 'GRAY'), true],
  ['a printer', profile('prtr', 'CMYK'), true],
  ['a colour space', profile('spac', 'RGB '), true],
  ['L*a*b*', profile('abst', 'Lab '), false],
  ['XYZ', profile('abst', 'XYZ '), false],
  ['XYZ that calls itself a display', profile('mntr', 'XYZ '), false],
  ['a list of names', profile('nmcl', 'RGB '), false],
  ['one that is cut', profile('mntr', 'RGB ').subarray(0, 127), false],
  ['none', undefined, false],
])('a profile of %s', (_, bytes, expected) => {
  expect(isPictureProfile(bytes)).toBe(expected);
});

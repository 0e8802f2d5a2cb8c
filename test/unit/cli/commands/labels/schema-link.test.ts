import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { schemaLink } from '../../../../../functions/cli/commands/labels/schema-link.ts';

it.each([
  ['/home/me/pets.yaml', '/home/me/node_modules/cliptag/docs/s.json', './node_modules/cliptag/docs/s.json'],
  ['/home/me/labels/pets.yaml', '/home/me/node_modules/s.json', '../node_modules/s.json'],
  ['/my work/labels/pets.yaml', '/my work/node_modules/s.json', '../node_modules/s.json'],
  ['/home/me/pets.yaml', '/pro grams/s.json', pathToFileURL('/pro grams/s.json').href],
  ['pets.yaml', 'docs/s.json', './docs/s.json'],
])('leads from %s to %s', (file, schema, link) => {
  expect(schemaLink(file, schema)).toBe(link);
  expect(link).not.toMatch(/\s/);
});

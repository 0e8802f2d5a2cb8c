import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { labelSetPlaces } from '../../../../../functions/adapters/files/label-set-places.ts';
import { checkedFiles } from '../../../../../functions/cli/commands/labels/checked-files.ts';
import { starterYaml } from '../../../../../functions/core/labels/starter-label-set.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

const STARTER = { name: 'pets', schema: './s.json', path: 'a.yaml' };
const SOURCES = [
  ...[true, false].map((isExclusive) => starterYaml({ ...STARTER, isExclusive })),
  await readFile('models/labels/indoor-outdoor.yaml', 'utf8'),
  '{"$schema": "x", "name": "a", "version": 1.10, "mode": "exclusive", "labels": ["cat", {"name": "dog", "parent": "cat"}]}',
];
/** What YAML does much with. */
const PIECES = [
  '&a ',
  '*a',
  '!!',
  '- ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|\n',
  '>',
  '\t',
  '---\n',
  '<<: ',
  '? ',
  '\u0000',
  '\ufeff',
  '\r',
  'name: name',
  '1e999',
  '~',
];

/** A label set with a few bytes taken out, put in, or doubled. */
const mutated = fc
  .tuple(
    fc.constantFrom(...SOURCES),
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        take: fc.integer({ min: 0, max: 5 }),
        put: fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 4 })),
        times: fc.integer({ min: 0, max: 2 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([source, changes]) =>
    changes.reduce((text, { at, take, put, times }) => {
      const from = Math.floor(at * text.length);
      return text.slice(0, from) + put.repeat(times) + text.slice(from + take);
    }, source),
  );

it('whatever is in a file, it can be used or its faults are told, each at a place that the file has', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'pets.yaml');
  let used = 0;
  let faulty = 0;
  await fc.assert(
    fc.asyncProperty(mutated, async (text) => {
      await writeFile(path, text);
      const { found, lines } = await checkedFiles([path]);
      const faults = lines.filter(({ level }) => level === 'fault');
      expect(found.length === 1).toBe(faults.length === 0);
      for (const { line = 1, column = 1, message, path: named } of faults) {
        expect(named).toBe(path);
        expect(message).not.toBe('');
        const rows = text.split(/\r\n|\r|\n/);
        expect(line).toBeLessThanOrEqual(rows.length);
        expect(column).toBeLessThanOrEqual(text.length + 1);
      }
      if (found[0]) {
        const placeOf = await labelSetPlaces(path);
        expect(placeOf(['labels', found[0].labelSet.labels.length - 1])).toBeDefined();
        used += 1;
      } else faulty += 1;
    }),
    { numRuns: 400 },
  );
  expect(Math.min(used, faulty)).toBeGreaterThan(0);
});

import { chmod, lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changeFit,
  fitFileOf,
  readFits,
  removeFit,
  writeFit,
} from '../../functions/adapters/files/fit-file.ts';
import { readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import type { InvalidInput } from '../../functions/core/errors.ts';
import type { LabelSetFit } from '../../functions/core/labels/label-set-fit.ts';
import { spellingsOf } from '../../functions/core/labels/spellings.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const YAML = 'name: pets\nversion: 1\nmode: independent\nlabels: [cat, dog]\n';
const CAT = { promptsDigest: 'c', slope: 20, offset: -5.25 };
const DOG = { promptsDigest: 'd', slope: 21.5, offset: -6 };
const found = (labels: LabelSetFit['labels'] = { cat: CAT }) =>
  ({ fittedAt: '2026-11-30T12:00:00.000Z', labels }) as const;

/** In bytes, its end included. */
const LONGEST_PATH = 4_096;

/** A folder with a label set in `pets.yaml`, and other files; the label set's path. */
async function petsWith(files: Record<string, string | Buffer> = {}): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries({ 'pets.yaml': YAML, ...files })) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return join(folder, 'pets.yaml');
}

const beside = (path: string) => join(path, '..', 'pets.fits.json');
const faultsOf = (work: Promise<unknown>): Promise<readonly string[]> =>
  work.then(
    () => expect.fail('Expected an error'),
    (error: InvalidInput) => error.faults ?? expect.fail(String(error)),
  );

describe('fitFileOf', () => {
  test.each([
    ['labels/mine.yaml', 'labels/mine.fits.json'],
    ['mine.v2.YML', 'mine.v2.fits.json'],
    ['/a.b/mine.json', '/a.b/mine.fits.json'],
  ])('of %s is %s', (path, expected) => expect(fitFileOf(path)).toBe(expected));

  test('keeps bytes that are no text', () => {
    const path = Buffer.from([0x61, 0xff, 0x2e, 0x79, 0x6d, 0x6c]);
    expect(fitFileOf(path)).toEqual(Buffer.concat([path.subarray(0, 2), Buffer.from('.fits.json')]));
  });
});

describe('writeFit', () => {
  test('leaves a fit that says the same as it is, whenever it was made', async () => {
    const path = await petsWith();
    const first = await writeFit(path, 'model-a', { ...found(), unknownLogit: undefined });
    const text = await readFile(beside(path));
    const later = { ...found(), fittedAt: '2026-12-01T12:00:00.000Z' };
    expect(await writeFit(path, 'model-a', later)).toEqual(first);
    expect(await readFile(beside(path))).toEqual(text);
    expect(await writeFit(path, 'model-a', { ...later, unknownLogit: -1 })).toMatchObject({ version: 2 });
  });

  test('writes what is read again, each label on a line of its own, by name', async () => {
    const path = await petsWith();
    const labels = { 'zebra "stripes"': DOG, cat: CAT };
    const written = await writeFit(path, 'model-a', { ...found(labels), unknownLogit: -1.5 });
    expect(written).toEqual({ ...found(labels), unknownLogit: -1.5, version: 1 });
    expect(await readFits(path)).toEqual({ 'model-a': written });
    expect(await readFile(beside(path), 'utf8')).toBe(`{
  "fits": {
    "model-a": {
      "version": 1,
      "fittedAt": "2026-11-30T12:00:00.000Z",
      "unknownLogit": -1.5,
      "labels": {
        "cat": {"promptsDigest":"c","slope":20,"offset":-5.25},
        "zebra \\"stripes\\"": {"promptsDigest":"d","slope":21.5,"offset":-6}
      }
    }
  }
}
`);
  });

  test('keeps the fits with other models, and counts its own', async () => {
    const path = await petsWith();
    const other = await writeFit(path, 'model-b', found({ dog: DOG }));
    await writeFit(path, 'model-a', found());
    const second = await writeFit(path, 'model-a', found({ dog: DOG }));
    expect(second.version).toBe(2);
    expect(await readFits(path)).toEqual({ 'model-a': second, 'model-b': other });
    expect(await readdir(join(path, '..'))).toEqual(['pets.fits.json', 'pets.yaml']);
  });

  test('loses nothing of changes that are made at once', async () => {
    const path = await petsWith();
    const names = Array.from({ length: 20 }, (_, i) => `label ${i}`);
    const added = names.map((name) =>
      changeFit(path, 'model-a', (before) => found({ ...before?.labels, [name]: CAT })),
    );
    const versions = (await Promise.all(added)).map(({ version }) => version);
    expect(versions.sort((a, b) => a - b)).toEqual(names.map((_, i) => i + 1));
    const { labels } = (await readFits(path))?.['model-a'] ?? expect.fail('Expected a fit');
    expect(Object.keys(labels).sort()).toEqual([...names].sort());
  });

  test('changes what another process has written meanwhile', async () => {
    const path = await petsWith();
    const foreign = `{"fits":{"model-a":${JSON.stringify({ ...found({ dog: DOG }), version: 7 })}}}`;
    const { writeFileSync } = await import('node:fs');
    const seen: unknown[] = [];
    const written = await changeFit(path, 'model-a', (before) => {
      if (seen.push(before?.version) === 1) writeFileSync(beside(path), foreign);
      return found({ ...before?.labels, cat: CAT });
    });
    expect(seen).toEqual([undefined, 7]);
    expect(written).toEqual({ ...found({ dog: DOG, cat: CAT }), version: 8 });
  });

  test('writes through a link and leaves it one', async () => {
    const path = await petsWith({ 'kept/here.json': '{"fits":{}}' });
    await symlink(join('kept', 'here.json'), beside(path));
    await writeFit(path, 'model-a', found());
    expect((await lstat(beside(path))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(path, '..', 'kept', 'here.json'), 'utf8')).toContain('"cat"');
  });

  test('rejects a label set in an installed package', async () => {
    const folder = join(await temporaryFolder(), 'node_modules', 'cliptag', 'labels');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'pets.yaml'), YAML);
    await expect(writeFit(join(folder, 'pets.yaml'), 'model-a', found())).rejects.toMatchObject({
      code: 'not-writable',
      message: expect.stringMatching(/pets\.fits\.json but cannot into an installed package: copy/),
    });
    expect(await readdir(folder)).toEqual(['pets.yaml']);
  });

  // Root may write everywhere.
  test.skipIf(process.getuid?.() === 0)('rejects a folder that cannot be written to', async () => {
    const path = await petsWith();
    await chmod(join(path, '..'), 0o555);
    const work = writeFit(path, 'model-a', found());
    await expect(work).rejects.toMatchObject({
      code: 'not-writable',
      message: expect.stringMatching(/EACCES.*copy the label set/),
    });
    await chmod(join(path, '..'), 0o755);
  });

  test('rejects a place that cannot be written to, with what the system says', async () => {
    const path = await petsWith();
    // The file beside the label set is a link to one whose path has no room for a longer name beside it.
    let far = join(path, '..');
    while (far.length < LONGEST_PATH - 300) far = join(far, 'a'.repeat(200));
    far = join(far, 'a'.repeat(LONGEST_PATH - far.length - 22));
    await mkdir(far, { recursive: true });
    await writeFile(join(far, 'far.fits.json'), '{"fits": {}}');
    await symlink(join(far, 'far.fits.json'), beside(path));
    await expect(writeFit(path, 'model-a', found())).rejects.toMatchObject({
      code: 'not-writable',
      message: expect.stringMatching(/fits\.json but cannot \(ENAMETOOLONG\): copy the label set/),
    });
  });

  test('rejects a damaged file rather than replacing it', async () => {
    const damaged = '{"fits": {"model-a": {"version": 1,';
    const path = await petsWith({ 'pets.fits.json': damaged });
    await expect(writeFit(path, 'model-a', found())).rejects.toMatchObject({ code: 'invalid-input' });
    expect(await readFile(beside(path), 'utf8')).toBe(damaged);
  });

  test('rejects a fit that is none, and writes nothing', async () => {
    const path = await petsWith();
    const wrong = found({ cat: { ...CAT, slope: -1 } });
    expect(await faultsOf(writeFit(path, 'model-a', wrong))).toEqual([
      expect.stringContaining('fits.model-a.labels.cat.slope'),
    ]);
    expect(await readdir(join(path, '..'))).toEqual(['pets.yaml']);
  });

  test('rejects a label set with fits in its own file', async () => {
    const path = await petsWith({ 'pets.yaml': `${YAML}fits: {}\n` });
    expect(await faultsOf(writeFit(path, 'model-a', found()))).toEqual([
      expect.stringMatching(/Expected them in .*pets\.fits\.json alone/),
    ]);
  });
});

describe('readLabelSets', () => {
  test('adds what was fitted, and takes it for no label set', async () => {
    const path = await petsWith({ 'other.yaml': YAML.replace('pets', 'other') });
    const written = await writeFit(path, 'model-a', found());
    const [other, pets] = await readLabelSets([join(path, '..')]);
    expect(pets?.fits).toEqual({ 'model-a': written });
    expect(other).not.toHaveProperty('fits');
    expect(await readLabelSets([path])).toEqual([pets]);
  });

  test('says of fits whose label set is gone or has another name that they are not used', async () => {
    const path = await petsWith({ 'old.fits.json': '{"fits":{}}', '.hidden.fits.json': '{' });
    await writeFit(path, 'model-a', found());
    const remarks: string[] = [];
    await readLabelSets([join(path, '..')], (remark) => remarks.push(remark));
    expect(remarks).toEqual([
      expect.stringMatching(/old\.fits\.json is not used: there is no label set beside it/),
    ]);
  });

  test('keeps what it knows of the spellings', async () => {
    const path = await petsWith({ 'pets.yaml': YAML.replace('dog', 'dog’s') });
    await writeFit(path, 'model-a', found());
    const [pets] = await readLabelSets([path]);
    expect(spellingsOf(pets!, "dog's")).toEqual(['dog’s']);
  });

  test('takes fits in the label set’s own file', async () => {
    const own = { 'model-a': { ...found(), version: 4 } };
    const path = await petsWith({ 'pets.yaml': `${YAML}fits: ${JSON.stringify(own)}\n` });
    expect((await readLabelSets([path]))[0]?.fits).toEqual(own);
  });

  test('rejects fits both in the label set and beside it', async () => {
    const path = await petsWith({ 'pets.yaml': `${YAML}fits: {}\n`, 'pets.fits.json': '{"fits":{}}' });
    expect(await faultsOf(readLabelSets([path]))).toEqual([
      `${path}: fits: Expected them in ${beside(path)} alone, but the label set has some of its own`,
    ]);
  });

  test('rejects fits that stand beside two label sets', async () => {
    const path = await petsWith({
      'pets.json': JSON.stringify({ name: 'two', version: 1, mode: 'exclusive', labels: ['cat'] }),
      'pets.fits.json': '{"fits":{}}',
    });
    expect(await faultsOf(readLabelSets([path]))).toEqual([
      expect.stringMatching(
        /pets\.fits\.json: Expected one label set beside it .*pets\.yaml and .*pets\.json/,
      ),
    ]);
  });

  test('rejects the path of fits', async () => {
    const path = await petsWith({ 'pets.fits.json': '{"fits":{}}' });
    expect(await faultsOf(readLabelSets([beside(path)]))).toEqual([
      expect.stringContaining('pets.fits.json: Expected a label set but received what was fitted to one'),
    ]);
  });

  test.each([
    ['cut off', '{"fits": {', /line 1, column/],
    ['empty', '', /\(top level\): Expected object/],
    ['no text', Buffer.from([0xff, 0xfe, 0, 1]), /Expected UTF-8/],
    ['with marks of a merge', '{\n<<<<<<< ours\n"fits": {}\n}\n', /Unrecognized key.*<<<<<<< ours/],
    [
      'with a number that is none',
      '{"fits": {"m": {"version": 0}}}',
      /fits\.m\.version: .*line 1, column 28/,
    ],
    ['something else', '{"name": "pets"}', /fits: /],
  ])('rejects a file that is %s, with its path and every place', async (_, content, fault) => {
    const path = await petsWith({ 'pets.fits.json': content });
    const faults = await faultsOf(readLabelSets([path]));
    for (const one of faults) expect(one.startsWith(`${beside(path)}: `), one).toBe(true);
    expect(faults.join('\n')).toMatch(fault);
  });

  test('tells the faults of the label sets and of their fits together', async () => {
    const path = await petsWith({ 'pets.fits.json': '[]', 'other.yaml': 'name: 7' });
    const faults = await faultsOf(readLabelSets([join(path, '..')]));
    expect(faults.some((fault) => fault.includes('other.yaml'))).toBe(true);
    expect(faults.some((fault) => fault.startsWith(beside(path)))).toBe(true);
  });

  test('never breaks at changed bytes', async () => {
    const path = await petsWith();
    await writeFit(
      path,
      'model-a',
      found({
        cat: {
          ...CAT,
          curve: [
            [0, 0],
            [1, 1],
          ],
        },
        dog: DOG,
      }),
    );
    const whole = await readFile(beside(path));
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(whole.length), fc.uint8Array({ maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(change, async ([begin, length, bytes]) => {
        const parts = [whole.subarray(0, begin), bytes, whole.subarray(begin + length)];
        await writeFile(beside(path), Buffer.concat(parts));
        const read = await readLabelSets([path]).catch((error: InvalidInput) => error);
        if (read instanceof Error) expect(read).toMatchObject({ code: 'invalid-input' });
      }),
      { numRuns: 200 },
    );
  });
});

describe('removeFit', () => {
  test('takes away what was fitted with that model alone, and the file with the last', async () => {
    const path = await petsWith();
    await writeFit(path, 'model-a', found());
    const other = await writeFit(path, 'model-b', found({ dog: DOG }));
    expect(await removeFit(path, 'model-a')).toBe(true);
    expect(await readFits(path)).toEqual({ 'model-b': other });
    expect(await removeFit(path, 'model-a')).toBe(false);
    expect(await removeFit(path, 'model-b')).toBe(true);
    expect(await readdir(join(path, '..'))).toEqual(['pets.yaml']);
    expect(await removeFit(path, 'model-b')).toBe(false);
    expect(await writeFit(path, 'model-a', found())).toMatchObject({ version: 1 });
  });

  test('rejects a damaged file and leaves it', async () => {
    const path = await petsWith({ 'pets.fits.json': '{"fits": 7}' });
    expect(await faultsOf(removeFit(path, 'model-a'))).toHaveLength(1);
    expect(await readFile(beside(path), 'utf8')).toBe('{"fits": 7}');
  });
});

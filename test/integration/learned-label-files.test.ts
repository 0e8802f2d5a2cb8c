import { execFile } from 'node:child_process';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readFits } from '../../functions/adapters/files/fit-file.ts';
import { writeLearned } from '../../functions/adapters/files/learned-label-files.ts';
import { parseLabelSet } from '../../functions/core/labels/label-set.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const run = promisify(execFile);
const YAML = 'name: pets\nversion: 1\nmode: independent\nlabels: # ours\n  - cat\n';
const labelSet = parseLabelSet(
  { name: 'pets', version: 1, mode: 'independent', labels: ['cat'] },
  'pets.yaml',
);
const now = new Date('2026-11-30T12:00:00.000Z');
const fit = { promptsDigest: '0', slope: 20, offset: -5 };
const learned = (label: string, newLabels = [label]) =>
  ({ newLabels, labels: new Map([[label, fit]]), modelDigest: 'm', now }) as const;

async function pets(text?: string): Promise<string> {
  const path = join(await temporaryFolder(), 'pets.yaml');
  if (text !== undefined) await writeFile(path, text);
  return path;
}

describe('what is learned', () => {
  it('is added to the label set as it is by then, though it was read before others added theirs', async () => {
    const path = await pets(YAML);
    const given = { path, labelSet };
    await writeLearned(given, learned('dog'));
    await writeLearned(given, learned('dog'));
    await writeLearned(given, learned('rat'));
    expect(await readFile(path, 'utf8')).toBe(`${YAML}  - dog\n  - rat\n`);
    expect((await readFits(path))?.m).toMatchObject({ version: 2, labels: { dog: fit, rat: fit } });
  });

  it('is added to a label set that others have made meanwhile', async () => {
    const path = await pets();
    await writeLearned({ path }, learned('dog'));
    await writeLearned({ path }, learned('rat'));
    expect(await readFile(path, 'utf8')).toMatch(/labels:\n {2}- dog\n {2}- rat\n$/);
  });

  it('is all kept when several processes write at once', async () => {
    const path = await pets(YAML);
    const program = `
      const { writeLearned } = await import(process.argv[1]);
      const [, , path, own] = process.argv;
      for (let i = 0; i < 10; i++) {
        const label = own + i;
        const labels = new Map([[label, { promptsDigest: '0', slope: 1, offset: 0 }]]);
        await writeLearned(
          { path, labelSet: { labels: [] } },
          { newLabels: [label], labels, modelDigest: 'm', now: new Date() },
        );
      }`;
    const module = new URL('../../functions/adapters/files/learned-label-files.ts', import.meta.url).href;
    const flags = ['--import', 'tsx', '--input-type=module', '-e', program];
    await Promise.all(['a', 'b', 'c'].map((own) => run(process.execPath, [...flags, module, path, own])));
    const all = ['a', 'b', 'c'].flatMap((own) => Array.from({ length: 10 }, (_, i) => own + i));
    expect(Object.keys((await readFits(path))?.m?.labels ?? {}).sort()).toEqual(all);
    const text = await readFile(path, 'utf8');
    expect(all.filter((label) => !text.includes(`  - ${label}\n`))).toEqual([]);
    expect((await readdir(dirname(path))).sort()).toEqual(['pets.fits.json', 'pets.yaml']);
  });

  it('does not wait for a lock that a process left when it died', async () => {
    const path = await pets(YAML);
    const lock = join(dirname(path), 'pets.fits.json.lock');
    await writeFile(lock, '');
    await utimes(lock, 1, 1);
    await writeLearned({ path, labelSet }, learned('dog'));
    expect((await readFits(path))?.m?.version).toBe(1);
    expect((await readdir(dirname(path))).sort()).toEqual(['pets.fits.json', 'pets.yaml']);
  });
});

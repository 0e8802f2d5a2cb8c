import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sidecarWriter } from '../../../../functions/cli/commands/export/sidecar-export.ts';
import { sidecarCounts } from '../../../../functions/cli/sidecars/sidecar-counts.ts';
import { writtenSidecar } from '../../../../functions/cli/sidecars/written-sidecar.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const DOG = { subject: ['dog'], hierarchical: ['dog'], tagsList: ['dog'] };
const CAT = { subject: ['cat'], hierarchical: ['cat'], tagsList: ['cat'] };

describe('a sidecar on disk', () => {
  it('may have a name as long as names are', async () => {
    const folder = await temporaryFolder();
    const name = `${'x'.repeat(251)}.xmp`;
    expect(await writtenSidecar(folder, [name], DOG, 'Bag')).toEqual({ state: 'new' });
    expect(await readdir(folder)).toEqual([name]);
  });

  it('keeps who may read and write it', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'a.xmp');
    await writtenSidecar(folder, ['a.xmp'], DOG, 'Bag');
    await chmod(file, 0o660);
    expect(await writtenSidecar(folder, ['a.xmp'], CAT, 'Bag')).toEqual({ state: 'changed' });
    expect((await stat(file)).mode & 0o777).toBe(0o660);
  });

  it('is left as it is where it may only be read', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'a.xmp');
    await writtenSidecar(folder, ['a.xmp'], DOG, 'Bag');
    await chmod(file, 0o444);
    const before = await readFile(file, 'utf8');
    expect(await writtenSidecar(folder, ['a.xmp'], CAT, 'Bag')).toEqual({
      state: 'kept',
      reason: 'it may only be read',
    });
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('takes no time without end, however deep its elements are', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.xmp'), '<a>'.repeat(200_000) + '</a>'.repeat(200_000));
    expect(await writtenSidecar(folder, ['a.xmp'], DOG, 'Bag')).toEqual({
      state: 'kept',
      reason: 'more than 100 elements are in each other',
    });
  });

  it('has no entities resolved', async () => {
    const folder = await temporaryFolder();
    const bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>';
    await writeFile(join(folder, 'a.xmp'), bomb);
    const outcome = await writtenSidecar(folder, ['a.xmp'], DOG, 'Bag');
    expect(outcome).toEqual({ state: 'kept', reason: 'a DOCTYPE is no part of XMP' });
    expect(await readFile(join(folder, 'a.xmp'), 'utf8')).toBe(bomb);
  });
});

describe('the sidecars of an export', () => {
  it('are one image’s each, where two keys lead to one file', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'a'));
    await symlink('a', join(folder, 'A'));
    const faults: string[] = [];
    const counts = sidecarCounts((text) => faults.push(text));
    const write = await sidecarWriter(folder, { flags: {}, broader: () => [], counts });
    const image = (key: string, label: string) => ({
      ...{ bucket: 'photos', key, status: 'tagged' as const, recordedAt: '2026-01-01T00:00:00.000Z' },
      tags: [{ set: 'general', label, score: 1 }],
    });
    await write(image('A/b.jpg', 'dog'));
    await write(image('a/b.jpg', 'cat'));
    expect(counts.kept()).toBe(1);
    expect(faults.join()).toContain('a/b.jpg.xmp is the sidecar of another image');
    expect(await readFile(join(folder, 'a', 'b.jpg.xmp'), 'utf8')).not.toContain('cat</rdf:li>');
  });
});

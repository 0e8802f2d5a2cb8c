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

  it('is not said to be left as it is where there is none', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), 'no folder');
    expect(await writtenSidecar(folder, ['file', 'a.xmp'], DOG, 'Bag')).toEqual({
      ...{ state: 'unwritten', reason: 'ENOTDIR' },
    });
    await symlink(await temporaryFolder(), join(folder, 'link'));
    expect(await writtenSidecar(folder, ['link', 'a.xmp'], DOG, 'Bag')).toEqual({
      ...{ state: 'unwritten', reason: 'a link leads out of the folder' },
    });
  });

  it.runIf(process.platform === 'linux')(
    'tells a folder that cannot be written from files in it',
    async () => {
      // In which nobody makes files, not even root.
      expect(await writtenSidecar('/proc/self', ['a.xmp'], DOG, 'Bag')).toMatchObject({ state: 'unwritten' });
      expect(await writtenSidecar('/proc/self', ['status'], DOG, 'Bag')).toMatchObject({ state: 'kept' });
    },
  );

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
    expect(counts.unwritten()).toBe(1);
    expect(faults.join()).toContain('a/b.jpg.xmp is the sidecar of another image');
    expect(await readFile(join(folder, 'a', 'b.jpg.xmp'), 'utf8')).not.toContain('cat</rdf:li>');
  });
});

describe('what is said of sidecars', () => {
  it('names the sidecar that stays or cannot be written, and the image that gets none', () => {
    const said: string[] = [];
    const counts = sidecarCounts((text) => said.push(text));
    const names = { image: 's3://photos/a.jpg', sidecar: 'a.jpg.xmp' };
    counts.count(names, { state: 'kept', reason: 'it may only be read' });
    counts.count(names, { state: 'unwritten', reason: 'EROFS' });
    counts.count(names, { state: 'refused', reason: 'it is no file' });
    expect(said).toEqual([
      'a.jpg.xmp is left as it is: it may only be read',
      'a.jpg.xmp cannot be written: EROFS',
      's3://photos/a.jpg gets no sidecar: it is no file',
    ]);
    expect(counts.parts()).toEqual([
      [0, 'new'],
      [3, 'not written'],
    ]);
    for (let more = 0; more < 20; more++) counts.count(names, { state: 'unwritten', reason: 'EROFS' });
    expect(said).toHaveLength(20);
    expect(counts.remarks()).toEqual(['and 3 more are not written']);
  });
});

import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNewFile } from '../../../../functions/adapters/files/new-file.ts';
import { writePage } from '../../../../functions/cli/pages/page-file.ts';

let folder = '';
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-page-file-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('a page', () => {
  it('replaces the one that is there, for the same readers, and leaves nothing else', async () => {
    await writeFile(at('page.html'), 'before');
    await chmod(at('page.html'), 0o640);
    await writePage(at('page.html'), 'after');
    expect(await readFile(at('page.html'), 'utf8')).toBe('after');
    expect((await stat(at('page.html'))).mode & 0o777).toBe(0o640);
    expect(await readdir(folder)).toEqual(['page.html']);
  });

  it('goes where a link leads, and to devices', async () => {
    await symlink(at('page.html'), at('link.html'));
    await writePage(at('link.html'), 'by the link');
    expect(await readFile(at('page.html'), 'utf8')).toBe('by the link');
    expect(await readdir(folder)).toEqual(['link.html', 'page.html']);
    await expect(writePage('/dev/null', 'nowhere')).resolves.toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('that finds no room is told of', async () => {
    await expect(writePage('/dev/full', 'page')).rejects.toMatchObject({
      code: 'not-writable',
      message: '--html: cannot write /dev/full (ENOSPC)',
    });
  });
});

describe('a new file', () => {
  it('is written where none is, and takes no other’s place', async () => {
    await writeNewFile(at('plan.sh'), 'first');
    await expect(writeNewFile(at('plan.sh'), 'second')).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(at('plan.sh'), 'utf8')).toBe('first');
  });
});

import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { CLI } from './support/cli-process.ts';

/** The program in a folder of its own, without packages. */
async function programAlone(files: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'functions'));
  for (const name of ['cliptag.mjs', 'compiled-sources.mjs']) {
    await copyFile(join(dirname(CLI), name), join(folder, 'functions', name));
  }
  for (const file of files) await writeFile(join(folder, file), '{}');
  return join(folder, 'functions', 'cliptag.mjs');
}

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args);
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
};

describe('the program, before anything is loaded', () => {
  it('rejects a checkout without packages, or without those for development, with one line', async () => {
    expect(run(await programAlone(['package-lock.json']), 'start')).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'cliptag: the package tsx is not installed, and a checkout needs those for development, too: run npm ci --include=dev\n',
    });
  });

  it('rejects an older Node with one line', () => {
    const older =
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } })";
    expect(run('--import', `data:text/javascript,${encodeURIComponent(older)}`, CLI, 'start')).toEqual({
      status: 1,
      stdout: '',
      stderr: `cliptag: Node 20 or newer is needed, and this is Node 18.20.8 (${process.execPath})\n`,
    });
  });

  it('asks for the Node that the package asks for', async () => {
    const { engines } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await readFile(CLI, 'utf8')).toContain(`const MINIMUM_NODE = ${engines.node.replace('>=', '')};`);
  });

  it('is written so that Node 12 reads it: nothing in it is newer than 2019', async () => {
    const source = await readFile(CLI, 'utf8');
    const [older, newer] = await Promise.all(
      ['node12.20', 'esnext'].map((target) => transform(source, { target, format: 'esm' })),
    );
    expect(older?.code).toBe(newer?.code);
  });
});

import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compiledSources } from '../../functions/compiled-sources.mjs';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const CACHE = 'node_modules/.cache/cliptag';
const DAY_AGO = new Date(Date.now() - 25 * 60 * 60 * 1000);

afterEach(() => {
  vi.useRealTimers();
});

/** A checkout of two sources, of which the program imports the second. */
async function checkout(said = 'first'): Promise<string> {
  const root = await temporaryFolder();
  await mkdir(join(root, 'functions', 'parts'), { recursive: true });
  await say(root, said);
  await writeFile(
    join(root, 'functions', 'cliptag.ts'),
    "export const cliptag = async () => (await import('./parts/said.ts')).said as string;",
  );
  return root;
}

function say(root: string, said: string): Promise<void> {
  const source = `export const said: string = '${said} ' + new URL('.', import.meta.url).pathname;`;
  return writeFile(join(root, 'functions', 'parts', 'said.ts'), source);
}

async function noteOf(root: string): Promise<string> {
  const names = await readdir(join(root, CACHE));
  return join(root, CACHE, names.find((name) => /^compiled-[\da-f]{8}\.json$/.test(name)) ?? '');
}

async function answer(root: string): Promise<string | undefined> {
  const url = await compiledSources(root);
  return url && (await import(url)).cliptag();
}

describe("a checkout's compiled sources", () => {
  it('are compiled once, and know where the sources lie', async () => {
    const root = await checkout();
    const url = await compiledSources(root);
    expect(await compiledSources(root)).toBe(url);
    expect(await answer(root)).toBe(`first ${root}/functions/parts/`);
    expect(await readdir(join(root, CACHE))).toHaveLength(2);
  });

  it('are compiled anew once a source has changed, even to one of the same size and time', async () => {
    const root = await checkout();
    const said = join(root, 'functions', 'parts', 'said.ts');
    const then = new Date('2026-01-01');
    await utimes(said, then, then);
    await answer(root);
    await say(root, 'other');
    await utimes(said, then, then);
    expect(await answer(root)).toBe(`other ${root}/functions/parts/`);
  });

  it('are compiled anew where a file of them is gone, or the note on them is damaged', async () => {
    const root = await checkout();
    const first = (await compiledSources(root)) ?? '';
    await rm(fileURLToPath(first));
    expect(await answer(root)).toMatch(/^first/);
    const path = await noteOf(root);
    for (const note of ['', '{"root":', 'null', '{}', '{"root":1,"folder":2,"inputs":3}']) {
      await writeFile(path, note);
      expect(await answer(root)).toMatch(/^first/);
    }
  });

  it('are compiled anew in a copy that has the cache of the original', async () => {
    const root = await checkout();
    await answer(root);
    const copy = join(await temporaryFolder(), 'copy');
    await cp(root, copy, { recursive: true, preserveTimestamps: true });
    expect(await answer(copy)).toBe(`first ${copy}/functions/parts/`);
    expect(await answer(root)).toBe(`first ${root}/functions/parts/`);
  });

  it('are kept for each of the checkouts that share their packages', async () => {
    const [one, other] = [await checkout('one'), await checkout('other')];
    await mkdir(join(one, 'node_modules'));
    await symlink(join(one, 'node_modules'), join(other, 'node_modules'));
    const urls = [await compiledSources(one), await compiledSources(other)];
    expect([await compiledSources(one), await compiledSources(other)]).toEqual(urls);
    expect([await answer(one), await answer(other)]).toEqual([
      `one ${one}/functions/parts/`,
      `other ${other}/functions/parts/`,
    ]);
  });

  it('are whole for starts that compile at once', async () => {
    const root = await checkout();
    const answers = await Promise.all(Array.from({ length: 4 }, () => answer(root)));
    expect(new Set(answers)).toEqual(new Set([`first ${root}/functions/parts/`]));
    const { folder } = JSON.parse(await readFile(await noteOf(root), 'utf8'));
    expect(await compiledSources(root)).toContain(folder);
  });

  it('are none for a source that is faulty, and nothing is left of it', async () => {
    const root = await checkout();
    await writeFile(join(root, 'functions', 'parts', 'said.ts'), 'export const = 1;');
    expect(await compiledSources(root)).toBeUndefined();
    expect(await readdir(join(root, CACHE)).catch(() => [])).toEqual([]);
  });

  it('are none where a file stands in the place of their folder', async () => {
    const root = await checkout();
    await answer(root);
    await rm(join(root, 'functions', 'parts'), { recursive: true });
    await writeFile(join(root, 'functions', 'parts'), 'no folder');
    expect(await compiledSources(root)).toBeUndefined();
  });

  it('are none where they cannot be kept', async () => {
    const root = await checkout();
    await writeFile(join(root, 'node_modules'), 'no folder');
    expect(await compiledSources(root)).toBeUndefined();
  });

  it('are kept for a day after others have taken their place', async () => {
    const root = await checkout();
    const [old, recent] = [join(root, CACHE, 'old'), join(root, CACHE, 'recent')];
    for (const folder of [old, recent]) await mkdir(folder, { recursive: true });
    await utimes(old, DAY_AGO, DAY_AGO);
    await answer(root);
    const left = await readdir(join(root, CACHE));
    expect(left).toContain('recent');
    expect(left).not.toContain('old');
  });

  it('stay for as long as a process has them, which may load more of them later', async () => {
    const root = await checkout();
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const folder = fileURLToPath(new URL('.', await compiledSources(root)));
    await utimes(folder, DAY_AGO, DAY_AGO);
    vi.advanceTimersByTime(10 * 60 * 1000);
    await say(root, 'other');
    expect(await compiledSources(root)).not.toContain(folder);
    expect(await readdir(folder)).toContain('cliptag.mjs');
  });

  it('stay from the moment on that a start has chosen them', async () => {
    const root = await checkout();
    const folder = fileURLToPath(new URL('.', await compiledSources(root)));
    await utimes(folder, DAY_AGO, DAY_AGO);
    await compiledSources(root);
    expect((await stat(folder)).mtimeMs).toBeGreaterThan(DAY_AGO.getTime());
  });

  it('are compiled anew by another compiler', async () => {
    const root = await checkout();
    const first = await compiledSources(root);
    const note = await noteOf(root);
    const text = await readFile(note, 'utf8');
    await writeFile(note, text.replace(/"compiler":"[^"]*"/, '"compiler":"1 2 3"'));
    expect(await compiledSources(root)).not.toBe(first);
  });

  it('name the lines of the sources to whoever asks for them', async () => {
    const root = await checkout();
    const said = join(root, 'functions', 'parts', 'said.ts');
    await writeFile(
      said,
      "interface Said {\n  a: 1;\n}\nexport const said: Said = fail();\nfunction fail(): never {\n  throw new Error('said');\n}\n",
    );
    const url = await compiledSources(root);
    const code = `import(${JSON.stringify(url)}).then((m) => m.cliptag()).catch((error) => console.log(error.stack))`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--enable-source-maps', '-e', code]);
    expect(stdout).toContain(`${said}:6:9`);
  });
});

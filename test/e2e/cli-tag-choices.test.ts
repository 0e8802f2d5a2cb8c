import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keywordsIn } from '../unit/cli/sidecars/rdf-reader.ts';
import { COMPILED_CLI, jsonLines, runCli } from './support/cli-process.ts';

interface TaggedLine {
  readonly path: string;
  readonly status: string;
  readonly reason?: string;
  readonly tags: readonly { readonly label: string; readonly score: number }[];
}

const samples = fileURLToPath(new URL('../../functions/local/samples', import.meta.url));
const LABELS = `name: drinks
version: 1
mode: exclusive
topK: 2
minimumScore: 0.99
labels: [{ name: coffee, parent: hot drink }, { name: tea, parent: hot drink, threshold: 1 }, water, juice]
`;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-tag-choices-'));
  await mkdir(join(folder, 'pictures'));
  await copyFile(join(samples, 'coffee.png'), join(folder, 'pictures', 'a b.png'));
  await copyFile(join(samples, 'rocket.jpg'), join(folder, 'pictures', 'c.jpg'));
  await writeFile(join(folder, 'pictures', 'd.jpg'), 'no picture');
  await writeFile(join(folder, 'drinks.yaml'), LABELS);
});
afterAll(() => rm(folder, { recursive: true }));

const tag = (...args: string[]) => runCli(['tag', '--labels', 'drinks.yaml', ...args], { cwd: folder });
const piped = (input: string | Buffer, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMPILED_CLI, ...args], {
    cwd: folder,
    input,
    encoding: 'utf8',
    timeout: 170_000,
  });
  return { code: status, stdout, stderr };
};

describe('cliptag tag, told which tags to show,', () => {
  it('shows those below what label sets ask for, and as many as are wanted', async () => {
    const labels = async (...args: string[]) =>
      jsonLines<TaggedLine>(await tag('--json', 'pictures/a b.png', ...args))[0]?.tags.map(
        ({ label }) => label,
      );
    expect(await labels('--min-score', '0', '--top', '10')).toHaveLength(5);
    expect(await labels('--min-score', '0', '--top', '1')).toEqual(['hot drink']);
    expect(await labels('--min-score', '0')).toHaveLength(2);
    expect(await labels('--min-score', '1')).toEqual([]);
  });

  it('says how many pictures there were, and how it went', async () => {
    const { stdout, stderr } = await tag('pictures', '--min-score', '0');
    expect(stdout.split('\n')).toHaveLength(4);
    expect(stderr).toMatch(/^cliptag tag: 3 pictures, 2 tagged, 1 failed, \d+\.\d s\n$/);
    expect((await tag('pictures/c.jpg', '--min-score', '0')).stderr).toBe('');
    expect((await tag('pictures', '--json', '--min-score', '0')).stderr).toBe('');
  });

  it('says no more than what went wrong where it is to be quiet', async () => {
    await writeFile(join(folder, 'pictures', 'notes.txt'), '');
    expect(await tag('pictures', '--quiet')).toMatchObject({ code: 0, stderr: '' });
    const broken = await tag('pictures/d.jpg', '-q', '--xmp');
    expect(broken).toMatchObject({ code: 1, stderr: '' });
    expect(await tag('drinks.yaml', '-q')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/failed/),
    });
    expect((await tag('missing', '-q')).stderr).toMatch(/no such file/);
  });
});

describe('cliptag tag -', () => {
  it('takes paths, one a line, folders among them; one that is missing stops no other', () => {
    const { code, stdout } = piped('pictures/c.jpg\r\nmissing.jpg\n\npictures\n', 'tag', '--json', '-');
    expect(code).toBe(0);
    expect(
      jsonLines<TaggedLine>({ code, stdout, stderr: '' }).map(({ path, status }) => [path, status]),
    ).toEqual([
      ['pictures/c.jpg', 'tagged'],
      ['missing.jpg', 'failed'],
      ['pictures/a b.png', 'tagged'],
      ['pictures/c.jpg', 'tagged'],
      ['pictures/d.jpg', 'failed'],
    ]);
  });

  it('takes paths with NUL behind each, beside others', async () => {
    await copyFile(join(samples, 'rocket.jpg'), join(folder, 'two\nlines.jpg'));
    const { stdout } = piped('two\nlines.jpg\0', 'tag', '--json', 'pictures/c.jpg', '-0', '-');
    expect(jsonLines<TaggedLine>({ code: 0, stdout, stderr: '' }).map(({ path }) => path)).toEqual([
      'pictures/c.jpg',
      'two\nlines.jpg',
    ]);
  });

  it('takes what find prints, through a pipe of the shell', async () => {
    const found = join(folder, 'found');
    await mkdir(join(found, "it's  here"), { recursive: true });
    const names = ['a\nb.jpg', "it's  here/-c.jpg", 'ä"$(d).jpg'];
    for (const name of names) await copyFile(join(samples, 'rocket.jpg'), join(found, name));
    const pipe = 'find found -type f -print0 | "$0" "$1" tag --json -';
    const { status, stdout, stderr } = spawnSync('sh', ['-c', pipe, process.execPath, COMPILED_CLI], {
      ...{ cwd: folder, encoding: 'utf8', timeout: 170_000 },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const paths = jsonLines<TaggedLine>({ code: status, stdout, stderr }).map(({ path }) => path);
    expect(paths.toSorted()).toEqual(names.map((name) => `found/${name}`).toSorted());
  });

  it('takes the bytes of a picture', async () => {
    const bytes = await readFile(join(samples, 'rocket.jpg'));
    expect(piped(bytes, 'tag', '-', '--label', 'rocket', '--top', '1')).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^-: (rocket|no label fits)/),
      stderr: expect.any(String),
    });
    const drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"/>';
    expect(piped(drawing, 'embed', '-').stdout).toMatch(/^-: \[/);
    expect(piped(bytes.subarray(0, 9_000), 'tag', '-')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^-: failed: /),
    });
  });

  it('says that there is nothing in it', () => {
    expect(piped('', 'tag', '-')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'cliptag tag: there are no images in standard input\n',
    });
  });
});

describe('cliptag tag --xmp', () => {
  it('writes the tags beside each picture, and merges what is there', async () => {
    const { code, stderr } = await tag('pictures', '--xmp', '--min-score', '0', '--top', '2');
    expect(code).toBe(0);
    expect(stderr).toMatch(/3 pictures, 2 tagged, 1 failed, 2 new sidecars, \d+\.\d s\n$/);
    expect((await readdir(join(folder, 'pictures'))).filter((name) => name.endsWith('.xmp'))).toEqual([
      'a b.png.xmp',
      'c.jpg.xmp',
    ]);
    const keywords = await keywordsIn(await readFile(join(folder, 'pictures', 'a b.png.xmp'), 'utf8'));
    expect(keywords.subject).toEqual(['hot drink', 'coffee']);
    expect(keywords.hierarchicalSubject).toEqual(['hot drink', 'hot drink|coffee']);
    expect((await tag('pictures', '--xmp', '--min-score', '1')).stderr).toMatch(
      /0 new sidecars, 2 merged sidecars/,
    );
  });

  it('shortens names that no file may have, and says so', async () => {
    const long = join(folder, 'long');
    await mkdir(long);
    // 255 bytes each, which leaves no room for the sidecar's ending.
    const names = [1, 2].map((digit) => `${'ä'.repeat(125)}${digit}.jpg`);
    for (const name of names) await copyFile(join(samples, 'rocket.jpg'), join(long, name));
    const first = await tag('long', '--xmp', '--min-score', '0');
    expect(first.code).toBe(0);
    expect(first.stderr.match(/ä1\.jpg has a longer name than a file may have: /g)).toHaveLength(1);
    expect(first.stderr).toMatch(/2 new sidecars, 2 under shortened names,/);
    const written = (await readdir(long)).filter((name) => name.endsWith('.xmp'));
    expect(written).toHaveLength(2);
    for (const name of written) {
      expect(name).toMatch(/^ä+~[0-9a-f]{16}\.jpg\.xmp$/);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect((await keywordsIn(await readFile(join(long, name), 'utf8'))).subject).toHaveLength(2);
    }
    expect((await tag('long', '--xmp', '--min-score', '0')).stderr).toMatch(
      /0 new sidecars, 2 unchanged sidecars, 2 under shortened names,/,
    );
    expect(await readdir(long)).toHaveLength(4);
  });

  it('says what cannot be written, and ends with 1', async () => {
    await writeFile(join(folder, 'pictures', 'c.jpg.xmp'), 'my notes');
    const { code, stderr } = await tag('pictures/c.jpg', '--xmp', '--min-score', '0', '--quiet');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'cliptag tag: pictures/c.jpg.xmp is left as it is: 1:8: text data outside of root node\n',
    });
  });
});

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RAW_FILES } from '../fixtures/camera-raw.ts';
import { CLI, COMPILED_CLI, jsonLines, runCli, spawnCli } from './support/cli-process.ts';

interface TaggedLine {
  readonly path: string;
  readonly status: string;
  readonly reason?: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly model: string;
  readonly modelDigest: string;
  readonly tags: readonly { readonly set: string; readonly label: string; readonly score: number }[];
}

const samples = fileURLToPath(new URL('../../functions/local/samples', import.meta.url));
const sample = join(samples, 'coffee.png');
let folder: string;

/** A user without rights, on most systems. */
const NOBODY = 65_534;
const noNobody = obstacleToNobody();
if (noNobody) console.info(`Skipped: folders that the user may not read (${noNobody})`);

function obstacleToNobody(): string | undefined {
  if (process.getuid?.() !== 0) return 'run the tests as root, who can be somebody else';
  const { status } = spawnSync(process.execPath, ['--check', CLI], { uid: NOBODY, cwd: '/' });
  return status === 0 ? undefined : 'clone the repository into a folder that is not root’s alone';
}

/** A label set of which every image gets two tags, whatever the model thinks of it. */
const labelSet = (name: string, labels: readonly string[]) =>
  JSON.stringify({ name, version: 1, mode: 'exclusive', labels, topK: 2, minimumScore: 0 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-cli-tag-'));
  await mkdir(join(folder, 'labels'));
  await writeFile(join(folder, 'labels', 'drinks.json'), labelSet('drinks', ['coffee', 'tea', 'water']));
  await writeFile(join(folder, 'labels', 'places.json'), labelSet('places', ['kitchen', 'forest']));
});
afterAll(() => rm(folder, { recursive: true }));

const tag = (...args: string[]) => runCli(['tag', '--labels', 'labels', ...args], { cwd: folder });

describe('cliptag tag', () => {
  it('prints a JSON line for each image of a folder, sorted, with the sizes of the pictures', async () => {
    const result = await tag('--json', samples);
    const lines = jsonLines<TaggedLine>(result);
    expect(result).toMatchObject({ code: 0, stderr: 'cliptag tag: 1 file left out: .md\n' });
    expect(lines.map(({ path, status, width, height }) => ({ path, status, width, height }))).toEqual([
      { path: join(samples, 'astronaut.png'), status: 'tagged', width: 512, height: 512 },
      { path: join(samples, 'camera.png'), status: 'tagged', width: 512, height: 512 },
      { path: join(samples, 'chelsea.png'), status: 'tagged', width: 451, height: 300 },
      { path: join(samples, 'china.jpg'), status: 'tagged', width: 640, height: 427 },
      { path: sample, status: 'tagged', width: 600, height: 400 },
      { path: join(samples, 'flower.jpg'), status: 'tagged', width: 640, height: 427 },
      { path: join(samples, 'rocket.jpg'), status: 'tagged', width: 640, height: 427 },
    ]);
    for (const { model, modelDigest, tags } of lines) {
      expect(model).toBe('embedded');
      expect(modelDigest).toMatch(/^[0-9a-f]{16}$/);
      expect(tags.map(({ set }) => set)).toEqual(['drinks', 'drinks', 'places', 'places']);
      for (const { score } of tags) expect(score).toBeGreaterThanOrEqual(0);
    }
  });

  it('tags with the general label set unless told otherwise', async () => {
    const { code, stdout } = await runCli(['tag', '--json', sample], { cwd: folder });
    expect(code).toBe(0);
    const { tags }: TaggedLine = JSON.parse(stdout);
    expect(new Set([...tags.map(({ set }) => set), 'general'])).toEqual(new Set(['general']));
  });

  it('prints a line for people without --json', async () => {
    const { stdout } = await tag('--labels', 'labels/drinks.json', sample);
    expect(stdout).toMatch(
      /coffee\.png: drinks:\w+ [01]\.\d\d, drinks:\w+ [01]\.\d\d, places:\w+ [01]\.\d\d/,
    );
  });

  it('tags the camera RAW files of a folder by their previews', async () => {
    await mkdir(join(folder, 'raw'));
    const jpeg = await sharp(sample).jpeg().toBuffer();
    const at = (name: string) => join(folder, 'raw', name);
    await writeFile(at('a.jpg'), jpeg);
    await writeFile(at('b.NEF'), RAW_FILES.nef.build({ jpeg }));
    await writeFile(at('c.3fr'), RAW_FILES['3fr'].build({ jpeg }));
    await writeFile(at('d.rwl'), RAW_FILES.rwl.build({ jpeg }));
    const [plain, ...raw] = jsonLines<TaggedLine>(await tag('--json', 'raw'));
    expect(plain?.tags).toHaveLength(4);
    expect(raw).toEqual(['b.NEF', 'c.3fr', 'd.rwl'].map((name) => ({ ...plain, path: join('raw', name) })));
  });

  it('takes the images of a folder at any depth, but nothing hidden and nothing that is called otherwise', async () => {
    await mkdir(join(folder, 'deep', 'b', '.hidden'), { recursive: true });
    for (const name of ['c.PNG', 'b/a.jpg', 'b/.hidden/x.png', '.y.png', 'notes.txt']) {
      await copyFile(sample, join(folder, 'deep', name));
    }
    await symlink(join(folder, 'deep'), join(folder, 'deep', 'a-circle'));
    await symlink(sample, join(folder, 'deep', 'a.png'));
    const paths = async (...args: string[]) =>
      jsonLines<TaggedLine>(await tag('--json', ...args)).map(({ path }) => path);
    expect(await paths('deep/')).toEqual(['deep/a.png', 'deep/b/a.jpg', 'deep/c.PNG']);
    expect(await paths('./deep/notes.txt', './deep/b')).toEqual(['./deep/notes.txt', './deep/b/a.jpg']);
  });
});

describe('labels with no file', () => {
  const rocket = join(samples, 'rocket.jpg');
  const cat = join(samples, 'chelsea.png');
  const named = (...args: string[]) =>
    runCli(['tag', '--label', 'cat', '--label', 'dog', '--label', 'a drawing', ...args], { cwd: folder });

  it.each([[[]], [['--exclusive']]])('tag what they fit, and nothing else %j', async (flags) => {
    const result = await named('--json', cat, rocket, ...flags);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(jsonLines<TaggedLine>(result).map(({ tags }) => tags)).toEqual([
      [{ set: 'ad-hoc', label: 'cat', score: expect.any(Number) }],
      [],
    ]);
  });

  it.each([[[]], [['--exclusive']]])('show how near each came where they are asked to %j', async (flags) => {
    expect(await named(rocket, ...flags)).toEqual({
      code: 0,
      stdout: `${rocket}: no label fits\n`,
      stderr: 'cliptag tag: no label fits; --min-score 0 shows how near each came\n',
    });
    const all = await named(rocket, '--min-score', '0', ...flags);
    expect(all.stderr).toBe('');
    for (const label of ['cat', 'dog', 'a drawing'])
      expect(all.stdout).toMatch(new RegExp(`\\b${label} 0\\.\\d\\d`));
  });

  it('stand beside label sets in files', async () => {
    const [line] = jsonLines<TaggedLine>(await named('--labels', 'labels/drinks.json', '--json', cat));
    expect(line?.tags.map(({ set }) => set)).toEqual(['drinks', 'drinks', 'ad-hoc']);
    await writeFile(join(folder, 'ad-hoc.json'), labelSet('ad-hoc', ['tea', 'water']));
    expect(await named('--labels', 'ad-hoc.json', cat)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'cliptag tag: --labels has a label set of the name "ad-hoc", which is that of --label: give it another\n',
    });
  });

  it('are said to be one where several are meant', async () => {
    const { stderr } = await runCli(['tag', '--label', 'cat,dog', cat]);
    expect(stderr).toMatch(/^cliptag tag: "cat,dog" is one label; several are --label 'cat' --label 'dog'\n/);
  });
});

describe('images that cannot be tagged', () => {
  /** A PNG header that announces a picture of 20,000 × 20,000. */
  async function writeBomb(path: string): Promise<void> {
    const small = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    small.writeUInt32BE(20_000, 16);
    small.writeUInt32BE(20_000, 20);
    await writeFile(path, small);
  }

  async function writeHuge(path: string): Promise<void> {
    const file = await open(path, 'w');
    await file.truncate(100 * 2 ** 20);
    await file.close();
  }

  it('have a status and a reason, in their place, and harm no other', async () => {
    await mkdir(join(folder, 'bad'));
    const at = (name: string) => join(folder, 'bad', name);
    const whole = await sharp(sample).jpeg().toBuffer();
    await writeFile(at('a-empty.jpg'), '');
    await copyFile(sample, at('b-good.jpg'));
    await writeFile(at('c-text.png'), 'no image at all');
    await writeFile(at('d-cut.jpg'), whole.subarray(0, whole.length / 2));
    await writeFile(at('e-scan.jp2'), '\0\0\0\x0cjP  \r\n');
    await writeBomb(at('f-bomb.png'));
    await writeHuge(at('g-huge.jpg'));
    await symlink('nowhere', at('h-gone.jpg'));
    await copyFile(sample, at('i-good.png'));
    const result = await tag('--json', 'bad');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const lines = jsonLines<TaggedLine>(result);
    expect(lines.map(({ path, status }) => [path, status])).toEqual([
      ['bad/a-empty.jpg', 'failed'],
      ['bad/b-good.jpg', 'tagged'],
      ['bad/c-text.png', 'failed'],
      ['bad/d-cut.jpg', 'failed'],
      ['bad/e-scan.jp2', 'unsupported'],
      ['bad/f-bomb.png', 'failed'],
      ['bad/g-huge.jpg', 'failed'],
      ['bad/h-gone.jpg', 'failed'],
      ['bad/i-good.png', 'tagged'],
    ]);
    const { model, modelDigest } = lines[1] ?? {};
    for (const line of lines.filter(({ status }) => status !== 'tagged')) {
      expect(line).toMatchObject({ width: null, height: null, model, modelDigest, tags: [] });
      expect(line.reason).toMatch(/^Expected /);
    }
  });

  it('end in exit code 1 when there is no other', async () => {
    await writeFile(join(folder, 'text.png'), 'no image at all');
    const { code, stdout } = await tag('text.png');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^text\.png: failed: Expected a JPEG, .* image .*\n$/);
    await mkdir(join(folder, 'nothing'));
    const stderr = 'cliptag tag: there are no images in nothing\n';
    expect(await tag('nothing')).toEqual({ code: 1, stdout: '', stderr });
  });

  it.skipIf(noNobody)(
    'are named where the user may not read their folder or file, and the rest goes on',
    async () => {
      await mkdir(join(folder, 'rights', 'b-locked'), { recursive: true });
      for (const name of ['a.png', 'c-locked.png', 'd.png'])
        await copyFile(sample, join(folder, 'rights', name));
      await Promise.all([
        ...[folder, join(folder, 'rights')].map((path) => chmod(path, 0o777)),
        ...['b-locked', 'c-locked.png'].map((name) => chmod(join(folder, 'rights', name), 0o700)),
      ]);
      const options = { cwd: folder, uid: NOBODY, env: { PATH: process.env.PATH, TMPDIR: folder } };
      const { code, stdout } = await spawnCli(['tag', '--labels', 'labels/drinks.json', 'rights'], options);
      expect(code).toBe(0);
      expect(stdout.split('\n').map((line) => line.replace(/: (drinks:)?coffee.*/, ''))).toEqual([
        'rights/a.png',
        'rights/b-locked: failed: Expected a readable folder but received EACCES',
        'rights/c-locked.png: failed: Expected a readable file but received EACCES',
        'rights/d.png',
        '',
      ]);
      expect(await spawnCli(['tag', sample, '--labels', 'rights/b-locked'], options)).toEqual({
        code: 2,
        stdout: '',
        stderr:
          'cliptag tag: The label sets cannot be used: rights/b-locked: Expected a readable folder but received EACCES\n',
      });
    },
  );
});

describe('files in folders', () => {
  it('are counted where they are called otherwise, or are the system’s own', async () => {
    const at = (name: string) => join(folder, 'left-out', name);
    await Promise.all(
      ['@eaDir/a.png', '.@__thumb', 'b/@eaDir'].map((name) => mkdir(at(name), { recursive: true })),
    );
    await Promise.all(
      [
        'a.png',
        'b.xyz',
        'b/c.XYZ',
        'd.txt',
        'e',
        '._a.png',
        'Thumbs.db',
        '.hidden.png',
        '@eaDir/a.png/SYNOPHOTO.png',
      ].map((name) => copyFile(sample, at(name))),
    );
    await symlink('.', at('circle'));
    const result = await tag('--json', 'left-out');
    expect(jsonLines<TaggedLine>(result).map(({ path }) => path)).toEqual(['left-out/a.png']);
    expect(result.stderr).toBe(
      'cliptag tag: 6 files left out: .xyz (2), .txt (1), hidden (1), links to folders (1), without an extension (1)\n' +
        "cliptag tag: left out as the system's own: @eaDir (2), .@__thumb (1), ._* (1), Thumbs.db (1)\n",
    );
  });

  it('hold the program up in no way where they are pipes', async () => {
    await mkdir(join(folder, 'pipes'));
    spawnSync('mkfifo', [join(folder, 'pipes', 'a.png')]);
    await copyFile(sample, join(folder, 'pipes', 'b.png'));
    await symlink('a.png', join(folder, 'pipes', 'c.png'));
    const { stdout, stderr } = await tag('pipes');
    expect(stdout).toMatch(/^pipes\/b\.png: [^\n]*\n$/);
    expect(stderr).toBe('cliptag tag: 2 files left out: pipes, sockets and devices\n');
  });

  it.skipIf(process.platform !== 'linux')(
    'may have names that are no UTF-8, or that no terminal should see',
    async () => {
      const names = [
        Buffer.from('L\xf6we.png', 'latin1'),
        Buffer.from('\xe9t\xe9/in.png', 'latin1'),
        Buffer.from('new\nline.png'),
      ];
      await mkdir(Buffer.from(`${folder}/names/\xe9t\xe9`, 'latin1'), { recursive: true });
      for (const name of names)
        await copyFile(sample, Buffer.concat([Buffer.from(`${folder}/names/`), name]));
      const { stdout } = await tag('names');
      const printed = stdout.split('\n').map((line) => line.replace(/: (drinks:)?coffee.*/, ''));
      expect(printed).toEqual([
        "$'names/L\\366we.png'",
        "$'names/new\\nline.png'",
        "$'names/\\351t\\351/in.png'",
        '',
      ]);
      const lines = jsonLines<TaggedLine & { pathBytes?: string }>(await tag('--json', 'names'));
      expect(lines.map(({ status }) => status)).toEqual(['tagged', 'tagged', 'tagged']);
      expect(lines.map(({ path }) => path)).toEqual([
        'names/L\ufffdwe.png',
        'names/new\nline.png',
        'names/\ufffdt\ufffd/in.png',
      ]);
      expect(lines.map(({ pathBytes = '' }) => Buffer.from(pathBytes, 'base64').toString('latin1'))).toEqual([
        'names/L\xf6we.png',
        '',
        'names/\xe9t\xe9/in.png',
      ]);
      // What is printed is what a shell takes for the name.
      const command = `exec "$0" "$1" tag --labels labels/drinks.json ${printed.join(' ')}`;
      const again = spawnSync('bash', ['-c', command, process.execPath, COMPILED_CLI], { cwd: folder });
      expect(again.stdout.toString()).toBe(
        (await runCli(['tag', '--labels', 'labels/drinks.json', 'names'], { cwd: folder })).stdout,
      );
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'are found from a working directory whose name is no UTF-8',
    async () => {
      const here = Buffer.from(`${folder}/\xe9t\xe9`, 'latin1');
      await mkdir(here);
      await copyFile(sample, Buffer.concat([here, Buffer.from('/in.png')]));
      const command = `cd $'\\351t\\351' && exec "$0" "$1" tag in.png --labels ../labels/drinks.json`;
      // What tsx has in its cache needs no esbuild, which is what would not start here.
      const env = { ...process.env, TSX_DISABLE_CACHE: '1', LC_ALL: 'C.UTF-8' };
      const options = { cwd: folder, env };
      const { stdout, stderr } = spawnSync('bash', ['-c', command, process.execPath, CLI], options);
      expect([stdout.toString(), stderr.toString()]).toEqual([expect.stringMatching(/^in\.png: coffee/), '']);
    },
  );
});

describe('a command that is cut short', () => {
  /** More than can be done before whoever reads what is printed has had a turn. */
  const many = () => Array.from({ length: 4_000 }, () => sample);

  function startTagging() {
    const child = spawn(process.execPath, [COMPILED_CLI, 'tag', '--labels', 'labels', ...many()], {
      cwd: folder,
    });
    return { child, stderr: text(child.stderr), ended: once(child, 'close') };
  }

  it('ends quietly when its reader has seen enough', async () => {
    const { child, stderr, ended } = startTagging();
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await ended;
    expect({ code, stderr: await stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('ends with 130 at Ctrl-C', async () => {
    const { child, stderr, ended } = startTagging();
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [code] = await ended;
    expect({ code, stderr: await stderr }).toEqual({ code: 130, stderr: '' });
  });
});

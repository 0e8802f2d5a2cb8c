import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiApp } from '../../functions/api/api-app.ts';
import { API_SETTINGS, fakePorts } from '../fixtures/api-ports.ts';
import { available } from '../integration/tools.ts';
import { keywordsIn } from '../unit/cli/sidecars/rdf-reader.ts';
import { MODEL, type Picture, searchedWorld, THINGS } from '../unit/core/search/searched-world.ts';
import { jsonLines, runCli } from './support/cli-process.ts';

const hasExifTool = available('exiftool');

const PICTURES: readonly Picture[] = [
  {
    key: '2025/a.jpg',
    tags: { 'things:dog': 0.9, 'things:animal': 0.95, 'places:beach': 0.7 },
    takenAt: '2025-06-01T10:00:00',
    camera: 'X "100", first',
    width: 600,
    height: 400,
    latitude: 38.7,
    longitude: -9.1,
    sizeBytes: 5_000_000_000,
  },
  { key: '2025/b.jpg', tags: { 'things:cat': 0.6 } },
  { key: '=cmd|calc!A1.jpg', tags: { 'things:hot dog': 0.5 } },
  { key: '../outside.jpg', tags: { 'things:dog': 0.9 } },
  { key: '/absolute.jpg', tags: { 'things:dog': 0.9 } },
  {
    key: 'broken.jpg',
    status: 'failed',
    reason: 'Expected an image\nof some kind',
    reasonCode: 'not-an-image',
  },
  { key: 'naïve – 日本.png', tags: { 'things:dog': 0.8 } },
  { key: 'none.jpg', tags: {} },
];

let folder: string;
let server: Server;
let here: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-cli-export-'));
  const world = await searchedWorld(PICTURES);
  const ports = { ...fakePorts(), search: { ...fakePorts().search, ...world.search } };
  const listener = getRequestListener(apiApp(ports, API_SETTINGS).fetch);
  server = createServer((request, response) => {
    if (request.url !== '/label-sets.json') return void listener(request, response);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ dynamodbPort: 1, modelDigest: MODEL, labelSets: [THINGS] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  here = ['--http-port', String((server.address() as AddressInfo).port)];
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const exported = (...args: string[]) => runCli(['export', ...args, ...here]);

describe('cliptag export as a table', () => {
  it('writes CSV as RFC 4180 has it, by key, and says which cells are formulas', async () => {
    const { code, stdout, stderr } = await exported('--csv');
    expect(code).toBe(0);
    const lines = stdout.split('\r\n');
    expect(lines[0]).toBe(
      'bucket,key,status,labels,tags,queryScore,reason,takenAt,camera,latitude,longitude,width,height,format,sizeBytes,colour,eTag,modelDigest,recordedAt',
    );
    expect(lines).toHaveLength(PICTURES.length + 2);
    expect(lines.find((line) => line.includes('2025/a.jpg'))).toMatch(
      /^photos,2025\/a\.jpg,tagged,animal; dog; beach,things:animal 0\.95; things:dog 0\.9; places:beach 0\.7,,,2025-06-01T10:00:00,"X ""100"", first",38\.7,-9\.1,600,400,,5000000000,/,
    );
    expect(stdout).toContain('"Expected an image\nof some kind"');
    expect(stdout).toContain('photos,=cmd|calc!A1.jpg,');
    expect(stderr).toMatch(
      /^cliptag export: 1 cell begins with =, .*--excel keeps it from that\ncliptag export: 8 images, 8 tags, \d+\.\d s\n$/,
    );
  });

  it('writes CSV for Excel: marked as UTF-8, and no cell a formula', async () => {
    const { stdout, stderr } = await exported('--csv', '--excel');
    expect(stdout.startsWith('\ufeffbucket,key')).toBe(true);
    expect(stdout).toContain("photos,'=cmd|calc!A1.jpg,");
    expect(stderr).not.toContain('formula');
  });

  it('writes a row for each tag that is wanted', async () => {
    const { stdout } = await exported(
      '--csv-tags',
      '--set',
      'things',
      '--min-score',
      '0.55',
      '--top',
      '1',
      'prefix:2025/',
    );
    expect(stdout.split('\r\n').toSorted()).toEqual(
      [
        '',
        'bucket,key,set,label,score',
        'photos,2025/a.jpg,things,animal,0.95',
        'photos,2025/b.jpg,things,cat,0.6',
      ].toSorted(),
    );
  });

  it('writes JSON lines of the images that fit a query', async () => {
    const result = await exported('--jsonl', 'label:cat');
    expect(jsonLines(result)).toMatchObject([
      {
        bucket: 'photos',
        key: '2025/b.jpg',
        status: 'tagged',
        tags: [{ set: 'things', label: 'cat', score: 0.6 }],
      },
    ]);
  });

  it('writes Parquet that another program reads', async () => {
    const file = join(folder, 'tags.parquet');
    expect(await exported('--parquet', '--output', file)).toMatchObject({ code: 0, stdout: '' });
    const buffer = await asyncBufferFromFile(file);
    const rows = await parquetReadObjects({ file: buffer });
    expect(rows).toHaveLength(PICTURES.length);
    expect(rows.find(({ key }) => key === '2025/a.jpg')).toMatchObject({
      bucket: 'photos',
      tags: [
        { set: 'things', label: 'animal', score: 0.95 },
        { set: 'things', label: 'dog', score: 0.9 },
        { set: 'places', label: 'beach', score: 0.7 },
      ],
      width: 600n,
      sizeBytes: 5_000_000_000n,
      recordedAt: expect.any(Date),
      reason: null,
    });
    expect(rows.find(({ key }) => key === 'none.jpg')).toMatchObject({ tags: [], camera: null });
    expect((await parquetMetadataAsync(buffer)).created_by).toBe('cliptag export');
  });

  it('leaves a file as it was when it fails, and no other beside it', async () => {
    const target = join(folder, 'whole');
    await mkdir(target);
    await writeFile(join(target, 'tags.csv'), 'before');
    const broken = await exported('--csv', '--output', join(target, 'tags.csv'), 'lable:dog');
    expect(broken).toMatchObject({ code: 2, stdout: '' });
    expect(await readFile(join(target, 'tags.csv'), 'utf8')).toBe('before');
    expect(await readdir(target)).toEqual(['tags.csv']);
    const asFolder = await exported('--csv', '--output', target);
    expect(asFolder.stderr).toMatch(/^cliptag export: --output: cannot write .*whole \(EISDIR\)\n$/);
    expect(asFolder.code).toBe(1);
  });

  it.each<[readonly string[], RegExp]>([
    [[], /expected one of --csv, --csv-tags, --jsonl, --parquet, --xmp but received none/],
    [['--csv', '--jsonl'], /but received --csv, --jsonl/],
    [['--jsonl', '--excel'], /--excel needs --csv or --csv-tags/],
    [['--csv', '--for', 'any'], /--for needs --xmp/],
    [['--xmp', '.', '--for', 'picasa'], /--for: expected any, lightroom, photoprism but received "picasa"/],
    [['--csv', '--set', 'thigns'], /--set: no label set is called "thigns" .*; did you mean "things"\?/],
    [['--csv', 'lable:dog'], /did you mean label:\?/],
  ])('rejects %j', async (args, message) => {
    const { code, stdout, stderr } = await exported(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

describe('cliptag export as sidecars', () => {
  let pictures: string;
  beforeEach(async () => {
    pictures = await mkdtemp(join(folder, 'pictures-'));
  });
  const sidecar = (name: string) => readFile(join(pictures, name), 'utf8');
  const files = async () =>
    (await readdir(pictures, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(pictures.length + 1))
      .toSorted();

  it('writes one for each image with labels, by its key, and none outside of the folder', async () => {
    const { code, stderr } = await exported('--xmp', pictures);
    expect(code).toBe(1);
    expect(await files()).toEqual(
      ['2025/a.jpg.xmp', '2025/b.jpg.xmp', '=cmd|calc!A1.jpg.xmp', 'naïve – 日本.png.xmp'].toSorted(),
    );
    expect(stderr).toContain(
      's3://photos/../outside.jpg gets no sidecar: its key is no path below the folder\n',
    );
    expect(stderr).toMatch(/8 images, 4 new, 2 without a label, 2 not written, \d+\.\d s\n$/);
    expect(await keywordsIn(await sidecar('2025/a.jpg.xmp'))).toEqual({
      subject: ['animal', 'dog', 'beach'],
      hierarchicalSubject: ['animal', 'animal|dog', 'beach'],
      TagsList: ['animal', 'animal/dog', 'beach'],
    });
  });

  it('merges with what is there, and touches nothing that stays the same', async () => {
    const query = ['--xmp', pictures, 'prefix:2025/'];
    await exported(...query, '--set', 'places');
    const other = (await sidecar('2025/a.jpg.xmp')).replace(
      '</rdf:Bag>',
      ' <rdf:li>Rex</rdf:li>\n    </rdf:Bag>',
    );
    await writeFile(join(pictures, '2025/a.jpg.xmp'), other);
    expect((await exported(...query)).stderr).toMatch(/2 images, 1 new, 1 merged, /);
    expect((await keywordsIn(await sidecar('2025/a.jpg.xmp'))).subject).toEqual([
      'beach',
      'Rex',
      'animal',
      'dog',
    ]);
    const before = await stat(join(pictures, '2025/a.jpg.xmp'));
    expect((await exported(...query)).stderr).toMatch(/2 images, 0 new, 2 unchanged, /);
    expect((await stat(join(pictures, '2025/a.jpg.xmp'))).ino).toBe(before.ino);
    await exported(...query, '--min-score', '0.99');
    expect((await keywordsIn(await sidecar('2025/a.jpg.xmp'))).subject).toEqual(['Rex']);
  });

  it('leaves what it cannot understand, and what a link leads to, as it is', async () => {
    const elsewhere = await mkdtemp(join(folder, 'elsewhere-'));
    await symlink(elsewhere, join(pictures, '2025'));
    await writeFile(join(pictures, 'naïve – 日本.png.xmp'), 'my notes');
    const { code, stderr } = await exported('--xmp', pictures, 'status:tagged');
    expect(code).toBe(1);
    expect(await readdir(elsewhere)).toEqual([]);
    expect(stderr).toContain('2025/a.jpg.xmp cannot be written: a link leads out of the folder\n');
    expect(stderr).toMatch(/naïve – 日本\.png\.xmp is left as it is: 1:\d+: .*\n/);
    expect(await sidecar('naïve – 日本.png.xmp')).toBe('my notes');
  });

  it('names them as Lightroom does, or lists as PhotoPrism reads, or below a root', async () => {
    await exported('--xmp', pictures, 'prefix:2025/', '--for', 'lightroom', '--root', 'AI');
    expect(await files()).toEqual(['2025/a.xmp', '2025/b.xmp']);
    expect((await keywordsIn(await sidecar('2025/b.xmp'))).hierarchicalSubject).toEqual(['AI|animal|cat']);
    await exported('--xmp', pictures, 'prefix:2025/', '--for', 'photoprism', '--by-bucket');
    expect(await sidecar('photos/2025/b.jpg.xmp')).toMatch(/<dc:subject [^>]*>\s*<rdf:Seq>\s*<rdf:li>cat/);
  });

  it.skipIf(!hasExifTool)('is read by exiftool', async () => {
    await exported('--xmp', pictures, 'prefix:2025/');
    const args = [
      '-j',
      '-validate',
      '-warning',
      '-Subject',
      '-HierarchicalSubject',
      '-TagsList',
      join(pictures, '2025/a.jpg.xmp'),
    ];
    const { stdout } = await promisify(execFile)('exiftool', args);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        Validate: 'OK',
        Subject: ['animal', 'dog', 'beach'],
        HierarchicalSubject: ['animal', 'animal|dog', 'beach'],
        TagsList: ['animal', 'animal/dog', 'beach'],
      },
    ]);
  });
});

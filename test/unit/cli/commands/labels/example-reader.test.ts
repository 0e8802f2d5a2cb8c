import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ExampleWorld,
  readExamples,
} from '../../../../../functions/cli/commands/labels/learn/example-reader.ts';
import { embeddingMatrix } from '../../../../../functions/core/labels/embedding-matrix.ts';
import type { StoredImages } from '../../../../../functions/core/records/stored-images.ts';
import { UsageError } from '../../../../../functions/terminal/exit-code.ts';

const MODEL = 'model';
const ROWS = [Float32Array.of(1, 0), Float32Array.of(0, 1), Float32Array.of(0.6, 0.8)];
const NAMES = ['s3://photos/a.jpg', 's3://photos/b/c.jpg', 's3://photos/b/d.jpg'];
const STORED: StoredImages = {
  embeddings: embeddingMatrix(MODEL, ROWS),
  names: NAMES,
  tags: [[], [], []],
  corrections: [[], [], []],
  statuses: { tagged: 3, unsupported: 0, failed: 0, deleted: 0 },
  foreign: {},
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-examples-'));
  await mkdir(join(folder, 'empty'));
  await mkdir(join(folder, 'pictures'));
  for (const name of ['good.jpg', 'broken.jpg', 'notes.txt']) {
    await writeFile(join(folder, 'pictures', name), name);
  }
  await mkdir(join(folder, 'all-broken'));
  await writeFile(join(folder, 'all-broken', 'broken.jpg'), 'broken.jpg');
});
afterAll(() => rm(folder, { recursive: true }));

/** Files embed as what stands in them says. */
const world = (changes: Partial<ExampleWorld> = {}): ExampleWorld => ({
  stored: STORED,
  corrected: {
    embeddings: STORED.embeddings,
    names: NAMES,
    known: [
      { positive: new Set(['pip']), negative: new Set() },
      { positive: new Set(), negative: new Set(['pip']) },
      { positive: new Set(['rex']), negative: new Set() },
    ],
  },
  bucket: () => 'photos',
  search: async (query) => (query === 'nothing' ? [] : [NAMES[2] ?? '', 's3://photos/of-another-model.jpg']),
  embed: (pictures) =>
    Promise.all(
      pictures.map(async (picture) => {
        const text = Buffer.from(await picture.read()).toString();
        return text === 'broken.jpg'
          ? { ...picture, fault: { status: 'failed' as const, reason: 'no picture' } }
          : { ...picture, embedding: Float32Array.of(0.8, 0.6) };
      }),
    ),
  nameOf: (path) => String(path).replace(`${folder}/`, ''),
  ...changes,
});
const read = (source: string, changes?: Partial<ExampleWorld>, isThere = true) =>
  readExamples([source], { label: 'pip', isThere }, world(changes));
const namesOf = async (source: string, isThere = true) =>
  (await read(source, {}, isThere)).examples.map(({ name }) => name);

describe('readExamples', () => {
  it.each([
    ['an address', 's3://photos/a.jpg', ['s3://photos/a.jpg']],
    ['a key', 'b/c.jpg', ['s3://photos/b/c.jpg']],
    ['a prefix', 's3://photos/b/', ['s3://photos/b/c.jpg', 's3://photos/b/d.jpg']],
    ['a query, as far as it finds what the model has embedded', 'label:x', ['s3://photos/b/d.jpg']],
    ['what people have added', 'corrections', ['s3://photos/a.jpg']],
  ])('finds stored images by %s, with their own embeddings', async (_, source, names) => {
    const { examples, remarks } = await read(source);
    expect(examples.map(({ name }) => name)).toEqual(names);
    expect(remarks).toEqual([]);
    for (const { name, embedding } of examples) expect(embedding).toEqual(ROWS[NAMES.indexOf(name)]);
  });

  it('takes what people have removed for pictures without the label', async () => {
    expect(await namesOf('corrections', false)).toEqual(['s3://photos/b/c.jpg']);
  });

  it('embeds the pictures of a folder, and names those that are broken', async () => {
    const { examples, remarks } = await read(join(folder, 'pictures'));
    expect(examples).toEqual([{ name: 'pictures/good.jpg', embedding: Float32Array.of(0.8, 0.6) }]);
    expect(remarks).toEqual([
      expect.stringMatching(/pictures\/broken\.jpg is left out: no picture$/),
      '1 file left out: .txt',
    ]);
  });

  it('rejects sources that are nothing, all of them', async () => {
    const sources = [
      's3://photos/none.jpg',
      'none.jpg',
      's3://photos/none/',
      'query:nothing',
      join(folder, 'empty'),
      join(folder, 'all-broken'),
    ];
    const failing = readExamples(sources, { label: 'pip', isThere: true }, world());
    await expect(failing).rejects.toThrow(UsageError);
    await expect(failing).rejects.toThrow(
      /no image s3:\/\/photos\/none\.jpg.*no such file or folder: none\.jpg, and there is no image s3:\/\/photos\/none\.jpg.*no images below s3:\/\/photos\/none\/.*"nothing" finds no image.*no images in .*empty.*no picture of .*all-broken can be read/,
    );
    await expect(readExamples(['corrections'], { label: 'x', isThere: true }, world())).rejects.toThrow(
      /nobody has said of an image that it has the label "x"/,
    );
  });

  it('needs no stored images for files', async () => {
    expect((await read(join(folder, 'pictures'), { stored: undefined })).examples).toHaveLength(1);
    await expect(read('none.jpg', { stored: undefined })).rejects.toThrow(
      /^no such file or folder: none\.jpg$/,
    );
  });
});

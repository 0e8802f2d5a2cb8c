import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { labelledPictures } from '../../functions/cli/labels/labelled-pictures.ts';
import { embeddingAt } from '../../functions/core/labels/embedding-matrix.ts';
import { parseLabelSet } from '../../functions/core/labels/label-set.ts';
import { openModel } from '../../functions/tagger/model-parts.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { writeTinyModel } from '../fixtures/tiny-model.ts';

const LABELS = parseLabelSet(
  {
    name: 'things',
    version: 1,
    mode: 'independent',
    labels: [
      { name: 'husky', parent: 'dog' },
      { name: 'dog', parent: 'animal' },
      { name: 'cat', parent: 'animal', synonyms: ['tom'] },
      { name: 'fire engine' },
      'beach',
    ],
  },
  'a test',
);

async function folderOf(...paths: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const [i, path] of paths.entries()) {
    const background = { r: 255 - 40 * i, g: 30 * i, b: 77 };
    const bytes = await sharp({ create: { width: 9, height: 6, channels: 3, background } })
      .png()
      .toBuffer();
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), path.includes('broken') ? 'no picture' : bytes);
  }
  return folder;
}

async function labelledIn(source: string) {
  const folder = await temporaryFolder();
  await writeTinyModel(folder);
  const model = await openModel(folder);
  try {
    const found = await labelledPictures(source, { labelSet: LABELS, model });
    const known = found.known.map(({ positive, negative }) => [[...positive].sort(), [...negative].sort()]);
    return { ...found, known, names: found.names.map((name) => name.split('/').slice(-2).join('/')) };
  } finally {
    await model.close();
  }
}

describe('labelled pictures', () => {
  it('are examples of their folder and its broader labels, and of no other label of the folders', async () => {
    const source = await folderOf('dog/1.png', 'husky/2.png', 'tom/3.png', 'fire_engine/4.png');
    const { names, known, embeddings } = await labelledIn(source);
    expect(Object.fromEntries(names.map((name, i) => [name, known[i]]))).toEqual({
      // A picture in dog may well show a husky, and beach is no folder here.
      'dog/1.png': [
        ['animal', 'dog'],
        ['cat', 'fire engine'],
      ],
      'husky/2.png': [
        ['animal', 'dog', 'husky'],
        ['cat', 'fire engine'],
      ],
      'tom/3.png': [
        ['animal', 'cat'],
        ['dog', 'fire engine', 'husky'],
      ],
      'fire_engine/4.png': [['fire engine'], ['cat', 'dog', 'husky']],
    });
    expect(embeddings).toMatchObject({ count: 4 });
    for (let row = 0; row < 4; row++) expect(Math.hypot(...embeddingAt(embeddings, row))).toBeCloseTo(1, 5);
  });

  it('may have several labels in a manifest', async () => {
    const source = await folderOf('1.png', '2.png');
    const manifest = join(source, 'all.jsonl');
    const lines = [
      { path: '1.png', labels: ['dog', 'beach'] },
      { path: '2.png', labels: ['cat', 'a word of nobody'] },
    ];
    await writeFile(manifest, lines.map((line) => JSON.stringify(line)).join('\n'));
    const { known } = await labelledIn(manifest);
    expect(known).toEqual([
      [['animal', 'beach', 'dog'], ['cat']],
      [
        ['animal', 'cat'],
        ['beach', 'dog'],
      ],
    ]);
  });

  it('leave out, and name, what is broken and what the label set has no word for', async () => {
    const source = await folderOf('beach/broken.png', 'beach/2.png', 'wolf/3.png', 'wolf/4.png');
    const { names, embeddings, broken, unknown, known } = await labelledIn(source);
    expect(names).toEqual(['beach/2.png']);
    expect(known).toEqual([[['beach'], []]]);
    expect(embeddings.values).toHaveLength(embeddings.size);
    expect(broken).toEqual([{ path: join(source, 'beach/broken.png'), reason: expect.any(String) }]);
    expect([...unknown]).toEqual([['wolf', 2]]);
  });

  it('are none where the label set knows no label of theirs', async () => {
    const { names, embeddings } = await labelledIn(await folderOf('wolf/1.png'));
    expect(names).toEqual([]);
    expect(embeddings).toMatchObject({ count: 0, values: new Float32Array() });
  });
});

import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Embedding } from '../../functions/core/labels/embedding.ts';
import { type Label, type LabelSet, promptsDigest } from '../../functions/core/labels/label-set.ts';
import {
  type LabelSetNews,
  type LiveLabelSets,
  type LiveLabelSetsOptions,
  openLiveLabelSets,
} from '../../functions/local/label-sets/live-label-sets.ts';

/** A text encoder that turns each text into some direction, unless it is told to fail. */
function encoder(state: { fault?: Error | undefined; encoded: number; waits?: () => Promise<void> }) {
  return () => ({
    modelDigest: 'model-1',
    logitScale: 10,
    async encode(texts: readonly string[]): Promise<readonly Embedding[]> {
      await state.waits?.();
      if (state.fault) throw state.fault;
      state.encoded += texts.length;
      return texts.map((text) => {
        const angle = [...text].reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0);
        return { modelDigest: 'model-1', values: Float32Array.of(Math.cos(angle), Math.sin(angle)) };
      });
    },
    close: async () => {},
  });
}

const text = (labels: readonly string[], name = 'pets') =>
  `name: ${name}\nversion: 1\nmode: exclusive\nlabels: [${labels.join(', ')}]\n`;

let folder: string;
let labels: string;
let live: LiveLabelSets;
let news: LabelSetNews[];
let model: Parameters<typeof encoder>[0];

async function open(
  paths: readonly string[] = [labels],
  options: Partial<LiveLabelSetsOptions> = {},
): Promise<void> {
  news = [];
  live = await openLiveLabelSets({
    ...{ paths: () => paths, textEncoder: encoder(model), warn: () => {} },
    ...{ classifierFolder: join(folder, 'classifiers'), settleMilliseconds: 30 },
    ...{ pollMilliseconds: 40, retryMilliseconds: 50, ...options },
  });
  live.onNews((one) => news.push(one));
}
const labelsNow = () => live.now().labelSets.flatMap((set) => set.labels.map(({ name }) => name));

/** Puts a file in its place all at once, so that no look at it sees a part. */
async function put(path: string, content: string): Promise<void> {
  const written = join(folder, 'written');
  await writeFile(written, content);
  await rename(written, path);
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-live-'));
  labels = join(folder, 'labels');
  await mkdir(labels);
  await writeFile(join(labels, 'pets.yaml'), text(['cat', 'dog']));
  model = { encoded: 0 };
});
afterEach(async () => {
  await live.close();
  await rm(folder, { recursive: true });
});

describe('label sets that follow their files', () => {
  it('takes over a changed file, whole, with nobody’s help', async () => {
    await open();
    const before = live.now();
    await put(join(labels, 'pets.yaml'), text(['cat', 'dog', 'bird']));
    await until(() => news.length > 0);
    expect(news).toMatchObject([{ kind: 'changed', changes: [{ name: 'pets', labelsAdded: ['bird'] }] }]);
    expect(labelsNow()).toEqual(['cat', 'dog', 'bird']);
    expect(live.now().classifiers.map(({ labelSet }) => labelSet)).toEqual(live.now().labelSets);
    expect(before.labelSets[0]?.labels).toHaveLength(2);
  });

  it('takes over files that come, go, and are put in place by renaming', async () => {
    await open();
    await writeFile(join(labels, 'cars.yaml'), text(['car'], 'cars'));
    await until(() => labelsNow().includes('car'));
    await writeFile(join(labels, '.pets.yaml.swp'), text(['fish']));
    await rename(join(labels, '.pets.yaml.swp'), join(labels, 'pets.yaml'));
    await until(() => labelsNow().includes('fish'));
    await rm(join(labels, 'cars.yaml'));
    await until(() => !labelsNow().includes('car'));
    expect(labelsNow()).toEqual(['fish']);
  });

  it('follows a folder that is replaced by another one', async () => {
    await open();
    await mkdir(join(folder, 'next'));
    await writeFile(join(folder, 'next', 'pets.yaml'), text(['fish']));
    await rename(labels, join(folder, 'past'));
    await rename(join(folder, 'next'), labels);
    await until(() => labelsNow().includes('fish'));
    await writeFile(join(labels, 'pets.yaml'), text(['bird']));
    await until(() => labelsNow().includes('bird'));
  });

  it('waits until a file is written whole', async () => {
    const whole = text(['cat', 'dog', 'bird', 'fish']);
    const write = (length: number) => writeFile(join(labels, 'pets.yaml'), whole.slice(0, length));
    // Each part is a label set by itself, or a faulty one; the next one is written between two looks.
    const lengths = Array.from({ length: 9 }, (_, part) => whole.length - 24 + 3 * part);
    await open([labels], {
      async pause() {
        const length = lengths.shift();
        if (length !== undefined) await write(length);
      },
    });
    await write(whole.length - 27);
    await until(() => news.length > 0);
    expect(lengths).toEqual([]);
    expect(news).toMatchObject([{ kind: 'changed', changes: [{ labelsAdded: ['bird', 'fish'] }] }]);
  });

  it('keeps what it has while a file is faulty, and tells the fault once for each change', async () => {
    await open();
    const before = live.now();
    await put(join(labels, 'pets.yaml'), 'name: pets\nversion: 1\nmode: both\nlabels: [cat]\n');
    await until(() => news.length > 0);
    await sleep(150); // several looks
    expect(news).toHaveLength(1);
    expect(live.faults()).toEqual([expect.stringMatching(/pets\.yaml: mode: .*line 3, column 7/)]);
    expect(live.now()).toBe(before);
    await put(join(labels, 'pets.yaml'), 'name: pets\nversion: 1\nmode: none\nlabels: [cat]\n');
    await until(() => news.length > 1);
    await put(join(labels, 'pets.yaml'), text(['cat', 'dog']));
    await until(() => news.length > 2);
    expect(news.map(({ kind }) => kind)).toEqual(['faulty', 'faulty', 'mended']);
    expect(live.faults()).toEqual([]);
  });

  it('keeps the label set of a file that is gone, when the file itself was named', async () => {
    await open([join(labels, 'pets.yaml')]);
    await rm(join(labels, 'pets.yaml'));
    await until(() => news.length > 0);
    expect(news).toMatchObject([
      { kind: 'faulty', faults: [expect.stringContaining('but there is nothing')] },
    ]);
    expect(labelsNow()).toEqual(['cat', 'dog']);
  });

  it('takes over what was calibrated or learned, which stands beside the file', async () => {
    await open([join(labels, 'pets.yaml')]);
    const cat = { promptsDigest: 'x', slope: 9, offset: -1 };
    const fit = { version: 1, fittedAt: '2026-11-30T10:00:00.000Z', labels: { cat } };
    await put(join(labels, 'pets.fits.json'), JSON.stringify({ fits: { 'model-1': fit } }));
    await until(() => news.length > 0);
    expect(news).toMatchObject([{ kind: 'changed', changes: [{ name: 'pets', isFittedAnew: true }] }]);
  });

  it('takes over what a fit tells beside what tags depend on, and keeps all else', async () => {
    const files = join(labels, 'pets.fits.json');
    const write = async (images: number, example: string) => {
      const { labelSets } = live.now();
      const [labelSet] = labelSets as [LabelSet];
      const cat = {
        ...{ promptsDigest: promptsDigest(labelSet, labelSet.labels[0] as Label), slope: 9, offset: -1 },
        null: { mean: 0.1, deviation: 0.05, images },
        examples: { positive: [example], negative: [] },
      };
      const fit = { version: images, fittedAt: '2026-11-30T10:00:00.000Z', labels: { cat } };
      await put(files, JSON.stringify({ fits: { 'model-1': fit } }));
    };
    await writeFile(join(labels, 'cars.yaml'), text(['car'], 'cars'));
    await open([join(labels, 'pets.yaml'), join(labels, 'cars.yaml')]);
    await write(1, 'a.jpg');
    await until(() => news.length > 0);
    const before = live.now();
    await write(2, 'b.jpg');
    await until(() => live.now().labelSets[0]?.fits?.['model-1']?.version === 2);
    const [pets, cars] = live.now().classifiers;
    expect(pets?.labelSetDigest).toBe(before.classifiers[0]?.labelSetDigest);
    expect(pets?.labelSet).toBe(live.now().labelSets[0]);
    expect(pets?.labelSet.fits?.['model-1']?.labels.cat).toMatchObject({
      null: { images: 2 },
      examples: { positive: ['b.jpg'] },
    });
    expect(pets?.fit?.version).toBe(2);
    expect(cars).toBe(before.classifiers[1]);
    expect(news).toHaveLength(1);
  });

  it('follows a link to a file elsewhere, of which the file system tells nothing', async () => {
    const link = join(folder, 'link.yaml');
    await symlink(join(labels, 'pets.yaml'), link);
    await open([link]);
    await writeFile(join(labels, 'pets.yaml'), text(['fish']));
    await until(() => labelsNow().includes('fish'));
  });

  it('takes over the others while a file never comes to rest', async () => {
    await open();
    await writeFile(join(labels, 'cars.yaml'), text(['car'], 'cars'));
    for (let i = 0; !labelsNow().includes('car'); i++) {
      await writeFile(
        join(labels, 'busy.json'),
        `{"name":"busy","version":${i},"mode":"exclusive","labels":["x"]}`,
      );
      await sleep(5);
    }
  });

  it('compiles what has changed and nothing else', async () => {
    await writeFile(join(labels, 'cars.yaml'), text(['car'], 'cars'));
    await open();
    const cars = live.now().classifiers[0];
    model.encoded = 0;
    await put(join(labels, 'pets.yaml'), text(['cat', 'dog', 'bird']));
    await until(() => news.length > 0);
    expect(model.encoded).toBe(3);
    expect(live.now().classifiers[0]).toBe(cars);
  });

  it('tries again when the model has failed, and says so once', async () => {
    await open();
    model.fault = new Error('no memory');
    await put(join(labels, 'pets.yaml'), text(['bird']));
    await until(() => news.length > 0);
    await sleep(200); // tries that fail alike
    expect(news).toEqual([{ kind: 'faulty', faults: ['no memory'] }]);
    expect(labelsNow()).toEqual(['cat', 'dog']);
    model.fault = undefined;
    await until(() => labelsNow().includes('bird'));
    expect(live.faults()).toEqual([]);
  });

  it('ends with the last of changes that come while it compiles', async () => {
    await open();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isCompiling = false;
    model.waits = () => {
      isCompiling = true;
      return released;
    };
    await put(join(labels, 'pets.yaml'), text(['first']));
    await until(() => isCompiling);
    await put(join(labels, 'pets.yaml'), text(['second']));
    await sleep(120); // several looks
    release();
    await until(() => labelsNow().includes('second'));
    expect(labelsNow()).toEqual(['second']);
  });

  it('is closed amid a change', async () => {
    let isPausing = false;
    await open([labels], {
      pause: (_, signal) => {
        isPausing = true;
        return sleep(3_600_000, undefined, { signal });
      },
    });
    await put(join(labels, 'pets.yaml'), text(['bird']));
    await until(() => isPausing);
    await live.close();
    expect(news).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import {
  findImages,
  type LabelQuery,
  type LabelTerm,
} from '../../../../functions/core/records/find-images.ts';
import { putImageRecord } from '../../../../functions/core/records/image-record.ts';
import { deleteLabelEntry, putLabelEntry } from '../../../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import type { TagTable } from '../../../../functions/core/records/tag-table.ts';
import { type InMemoryTable, inMemoryTable } from '../in-memory-table.ts';
import { collected } from '../truth-keeper.ts';

const TIMES = { eventTime: '2026-11-23T09:30:00.000Z', now: new Date(0) };

/** Key → label → score. */
type Images = Readonly<Record<string, Readonly<Record<string, number>>>>;

async function tableOf(images: Images, bucket = 'photos', table = inMemoryTable()): Promise<InMemoryTable> {
  for (const [key, labels] of Object.entries(images)) {
    const tags = Object.entries(labels).map(([label, score]) => ({ set: 'things', label, score }));
    const object = { bucket, key, sequencer: '01' };
    const content = { status: 'tagged' as const, tags, width: 4, height: 3 };
    const record = nextImageRecord(undefined, object, content, TIMES);
    for (const tag of tags) await table.write(putLabelEntry(record, tag));
    await table.write(putImageRecord(record));
  }
  return table;
}

const term = (label: string): LabelTerm => ({ set: 'things', label });

async function keysFor(
  table: TagTable,
  labels: string,
  changes: Partial<LabelQuery> = {},
): Promise<string[]> {
  const query: LabelQuery = {
    labels: labels.split(' ').map(term),
    match: 'all',
    not: [],
    minimumScore: 0,
    ...changes,
  };
  return (await collected(findImages(query, table))).map(({ key }) => key);
}

const PETS: Images = {
  'a.jpg': { cat: 0.9, dog: 0.3 },
  'b.jpg': { cat: 0.8 },
  'c.jpg': { dog: 0.95, bird: 0.2 },
  'trips/d.jpg': { cat: 0.5, dog: 0.6, bird: 0.5 },
};

describe('findImages', () => {
  it('takes a word that several label sets know in any of them', async () => {
    const table = await tableOf(PETS);
    const either = [term('bird'), { set: 'other', label: 'bird' }];
    expect(await keysFor(table, 'dog', { labels: [either] })).toEqual(['trips/d.jpg', 'c.jpg']);
    expect(await keysFor(table, 'dog', { labels: [term('dog'), either] })).toEqual(['c.jpg', 'trips/d.jpg']);
    expect(await keysFor(table, 'dog', { not: [either] })).toEqual(['a.jpg']);
  });

  const CASES: ReadonlyArray<readonly [string, string, Partial<LabelQuery>, string[]]> = [
    ['one label, best first', 'cat', {}, ['a.jpg', 'b.jpg', 'trips/d.jpg']],
    ['a label that no image has', 'fish', {}, []],
    ['all labels, by the score of the first', 'dog cat', {}, ['trips/d.jpg', 'a.jpg']],
    [
      'any label, by the best score, each image once',
      'cat dog',
      { match: 'any' },
      ['c.jpg', 'a.jpg', 'b.jpg', 'trips/d.jpg'],
    ],
    ['the same label twice', 'cat cat', { match: 'any' }, ['a.jpg', 'b.jpg', 'trips/d.jpg']],
    ['a label without another', 'cat', { not: [term('dog')] }, ['b.jpg']],
    ['any label without another', 'cat dog', { match: 'any', not: [term('bird')] }, ['a.jpg', 'b.jpg']],
    ['a label without itself', 'cat', { not: [term('cat')] }, []],
    ['a minimum score, which counts', 'cat', { minimumScore: 0.8 }, ['a.jpg', 'b.jpg']],
    ['a minimum score just above', 'cat', { minimumScore: 0.8001 }, ['a.jpg']],
    [
      'a minimum score between two steps of scores',
      'cat',
      { minimumScore: 0.80004, match: 'any' },
      ['a.jpg'],
    ],
    ['a minimum score for all labels', 'cat dog', { minimumScore: 0.4 }, ['trips/d.jpg']],
    ['an unwanted label at any score', 'cat', { minimumScore: 0.8, not: [term('dog')] }, ['b.jpg']],
    ['a prefix', 'cat', { prefix: 'trips/' }, ['trips/d.jpg']],
    ['a prefix that nothing has', 'cat', { prefix: 'none/' }, []],
    ['another bucket', 'cat', { bucket: 'other' }, []],
    ['this bucket', 'bird', { bucket: 'photos' }, ['trips/d.jpg', 'c.jpg']],
    ['no labels', '', { labels: [] }, []],
  ];
  for (const [name, labels, changes, expected] of CASES) {
    it(`finds ${name}`, async () => {
      expect(await keysFor(await tableOf(PETS), labels, changes)).toEqual(expected);
    });
  }

  it('takes no label of another set for an unwanted one', async () => {
    const not = [{ set: 'other', label: 'dog' }];
    expect(await keysFor(await tableOf(PETS), 'cat', { not })).toEqual(['a.jpg', 'b.jpg', 'trips/d.jpg']);
  });

  it('gives images of one score in the order of the labels that were asked for', async () => {
    const table = await tableOf({
      'dog.jpg': { dog: 0.5 },
      'cat.jpg': { cat: 0.5 },
      'bird.jpg': { bird: 0.5 },
    });
    for (const labels of ['cat dog bird', 'dog bird cat', 'bird cat dog']) {
      const keys = labels.split(' ').map((label) => `${label}.jpg`);
      expect(await keysFor(table, labels, { match: 'any' })).toEqual(keys);
    }
  });

  it('reads no records where no entry is wanted', async () => {
    const table = await tableOf(PETS);
    const readBatch = async () => {
      throw new Error('DynamoDB refuses a batch of no keys');
    };
    expect(await keysFor({ ...table, readBatch }, 'cat', { bucket: 'other' })).toEqual([]);
  });

  it('gives what the image record says', async () => {
    const query: LabelQuery = { labels: [term('bird')], match: 'any', not: [], minimumScore: 0.4 };
    const found = await collected(findImages(query, await tableOf(PETS)));
    expect(found).toMatchObject([{ bucket: 'photos', key: 'trips/d.jpg', score: 0.5, width: 4, height: 3 }]);
    expect(found[0]?.tags).toContainEqual({ set: 'things', label: 'dog', score: 0.6 });
  });

  it('tells images of two buckets with the same key apart', async () => {
    const table = await tableOf(PETS);
    await tableOf({ 'a.jpg': { cat: 0.7 } }, 'other', table);
    expect(await keysFor(table, 'cat')).toEqual(['a.jpg', 'b.jpg', 'a.jpg', 'trips/d.jpg']);
  });

  it('tells the same label of two sets apart', async () => {
    const table = await tableOf(PETS);
    expect(await keysFor(table, '', { labels: [{ set: 'other', label: 'cat' }] })).toEqual([]);
  });

  describe('with 250 images of one label', () => {
    const images = Object.fromEntries(
      Array.from({ length: 250 }, (_, i) => [
        `${i}.jpg`,
        { cat: (i + 1) / 1000, ...(i % 2 ? { dog: 0.5 } : {}) },
      ]),
    );

    it('finds every one, best first, through all pages', async () => {
      const keys = await keysFor(await tableOf(images), 'cat');
      expect(keys).toEqual(Array.from({ length: 250 }, (_, i) => `${249 - i}.jpg`));
    });

    it('merges two labels without a double or a gap', async () => {
      const keys = await keysFor(await tableOf(images), 'cat dog', { match: 'any' });
      expect(keys).toHaveLength(250);
      expect(new Set(keys).size).toBe(250);
    });

    it('reads no more pages than the caller takes images from', async () => {
      const table = await tableOf(images);
      let pages = 0;
      const counted: TagTable = {
        ...table,
        async *query(request) {
          for await (const page of table.query(request)) {
            pages++;
            yield page;
          }
        },
      };
      const query: LabelQuery = { labels: [term('cat')], match: 'any', not: [], minimumScore: 0 };
      for await (const image of findImages(query, counted)) if (image.key === '248.jpg') break;
      expect(pages).toBe(1);
    });
  });

  describe('with label entries that no image record confirms', () => {
    const stale = { bucket: 'photos', key: 'b.jpg', sequencer: '01', revision: 1 };

    it('does not find an image whose tag has gone', async () => {
      const table = await tableOf(PETS);
      await table.write(putLabelEntry(stale, { set: 'things', label: 'fish', score: 0.9 }));
      expect(await keysFor(table, 'fish')).toEqual([]);
    });

    it('does not find an image that has no record yet', async () => {
      const table = await tableOf(PETS);
      await table.write(
        putLabelEntry({ ...stale, key: 'new.jpg' }, { set: 'things', label: 'cat', score: 0.9 }),
      );
      expect(await keysFor(table, 'cat')).toEqual(['a.jpg', 'b.jpg', 'trips/d.jpg']);
    });

    it('finds an image once, by its present score, when the entry of an earlier score stands beside it', async () => {
      const table = await tableOf(PETS);
      await table.write(putLabelEntry(stale, { set: 'things', label: 'cat', score: 0.99 }));
      await table.write(putLabelEntry(stale, { set: 'things', label: 'cat', score: 0.1 }));
      expect(await keysFor(table, 'cat')).toEqual(['a.jpg', 'b.jpg', 'trips/d.jpg']);
    });

    it('goes on after a page of nothing else', async () => {
      const table = await tableOf(PETS);
      for (let i = 0; i < 120; i++) {
        await table.write(
          putLabelEntry({ ...stale, key: `gone-${i}.jpg` }, { set: 'things', label: 'cat', score: 1 }),
        );
      }
      expect(await keysFor(table, 'cat')).toEqual(['a.jpg', 'b.jpg', 'trips/d.jpg']);
    });
  });

  it('does not find an image without an entry, which is why entries come before records', async () => {
    const table = await tableOf(PETS);
    const owner = { bucket: 'photos', key: 'a.jpg', sequencer: '01', revision: 1 };
    await table.write(deleteLabelEntry(owner, { set: 'things', label: 'cat', score: 0.9 }));
    expect(await keysFor(table, 'cat')).toEqual(['b.jpg', 'trips/d.jpg']);
  });
});

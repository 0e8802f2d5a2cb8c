import { beforeEach, describe, expect, it } from 'vitest';
import { ImageFault } from '../../../../functions/core/errors.ts';
import type { ObjectEvent } from '../../../../functions/core/objects/event.ts';
import { readRecord } from '../../../../functions/core/records/record-commit.ts';
import { type Tagger, tagImage } from '../../../../functions/core/tagging/tag-image.ts';
import { type ThumbnailStore, thumbnailName } from '../../../../functions/core/thumbnails/thumbnail-store.ts';
import { bytesOfContent, fakeTagger } from '../fake-taggers.ts';
import { type InMemoryTable, inMemoryTable } from '../in-memory-table.ts';

const PLACE = { bucket: 'photos', key: 'a.jpg' };
const object = (content: number, sequencer: string) => ({
  ...PLACE,
  eTag: `e${content}`,
  sizeBytes: 1,
  sequencer,
});
const created = (content: number, sequencer: string): ObjectEvent => ({
  ...{ kind: 'created', object: object(content, sequencer), time: '2026-11-30T12:00:00.000Z' },
});
const removed = (sequencer: string): ObjectEvent => ({
  ...{ kind: 'removed', object: { ...PLACE, sequencer }, time: '2026-11-30T12:00:00.000Z' },
  mayUncoverVersion: false,
});

let table: InMemoryTable;
let kept: Map<string, Uint8Array>;
let decoded: boolean[];
/** What the store is asked, in order, beside what the table is asked to write. */
let steps: string[];

beforeEach(() => {
  table = inMemoryTable();
  kept = new Map();
  decoded = [];
  steps = [];
});

const store: ThumbnailStore = {
  put: async (name, webp) => {
    steps.push('put');
    kept.set(name, webp);
  },
  delete: async (name) => {
    steps.push('delete');
    kept.delete(name);
  },
  get: async (name) => kept.get(name),
};

function tagger(changes: Partial<Tagger> = {}): Tagger {
  const fake = fakeTagger('first', {
    table: {
      ...table,
      write: async (request) => {
        const isRecord = request.kind === 'put' && request.Item.SK === 'IMAGE';
        if (isRecord) steps.push('record');
        return table.write(request);
      },
    },
    objects: {
      fetch: async ({ eTag = '' }) => ({ bytes: bytesOfContent(Number(eTag.slice(1))) }),
      current: async () => undefined,
    },
  });
  const decoder: Tagger['decoder'] = {
    decode: async (bytes, spec, options = {}) => {
      decoded.push(options.thumbnail ?? false);
      const pixels = await fake.decoder.decode(bytes, spec, options);
      return options.thumbnail ? { ...pixels, thumbnail: { webp: bytes } } : pixels;
    },
  };
  return { ...fake, decoder, thumbnails: store, ...changes };
}

const nameOf = (content: number, sequencer: string) => thumbnailName(object(content, sequencer));
const names = () => [...kept.keys()];

describe('a thumbnail', () => {
  it('is there as soon as the record stands, and replaces the one before', async () => {
    await tagImage(created(0, '1'), tagger());
    expect(names()).toEqual([nameOf(0, '1')]);
    expect(kept.get(nameOf(0, '1'))).toEqual(bytesOfContent(0));
    await tagImage(created(1, '2'), tagger());
    expect(names()).toEqual([nameOf(1, '2')]);
    // The last for a duplicate of the first event, which may have put the first one again.
    expect(steps).toEqual(['put', 'record', 'put', 'delete', 'record', 'delete']);
  });

  it('goes with its image, and with a content that cannot be shown', async () => {
    await tagImage(created(0, '1'), tagger());
    await tagImage(removed('2'), tagger());
    expect(names()).toEqual([]);
    await tagImage(created(0, '3'), tagger());
    const fetch = async () => {
      throw new ImageFault('failed', 'corrupt', 'Expected an image');
    };
    await tagImage(created(1, '4'), tagger({ objects: { fetch, current: async () => undefined } }));
    expect(names()).toEqual([]);
  });

  it('of a newer state is not deleted by a late event, nor by one that comes again', async () => {
    const first = created(0, '1');
    await tagImage(first, tagger());
    await tagImage(created(1, '2'), tagger());
    // The first content once more, under a newer sequencer.
    await tagImage(created(0, '3'), tagger());
    for (const late of [first, created(1, '2'), created(0, '3'), removed('2')]) {
      await tagImage(late, tagger());
      expect(names()).toEqual([nameOf(0, '3')]);
    }
  });

  it('that a run has put which then died or was overtaken is deleted', async () => {
    // Another run commits a newer state while this one is about to.
    let hasOvertaken = false;
    const overtaken = tagger();
    const { write } = overtaken.table;
    const contested: Tagger['table'] = {
      ...overtaken.table,
      write: async (request) => {
        const isRecord = request.kind === 'put' && request.Item.SK === 'IMAGE';
        if (isRecord && !hasOvertaken) {
          hasOvertaken = true;
          await tagImage(created(1, '2'), tagger());
        }
        return write(request);
      },
    };
    expect((await tagImage(created(0, '1'), { ...overtaken, table: contested })).result).toBe('superseded');
    expect(names()).toEqual([nameOf(1, '2')]);
    // A run put this one and died; the message comes again.
    kept.set(nameOf(0, '1'), bytesOfContent(0));
    await tagImage(created(0, '1'), tagger());
    expect(names()).toEqual([nameOf(1, '2')]);
  });

  it('that cannot be kept, deleted or made is told, and the image is tagged', async () => {
    await tagImage(created(0, '1'), tagger());
    const away = async () => {
      throw new Error('the store is away');
    };
    const outcome = await tagImage(
      created(1, '2'),
      tagger({ thumbnails: { ...store, put: away, delete: away } }),
    );
    expect(outcome).toMatchObject({ result: 'tagged', thumbnailFault: 'the store is away' });
    expect(await readRecord(PLACE, table)).toMatchObject({ status: 'tagged', eTag: 'e1' });
    const { decoder } = tagger();
    const unmade: Tagger['decoder'] = {
      decode: async (...args) => ({ ...(await decoder.decode(...args)), thumbnail: { fault: 'too odd' } }),
    };
    const odd = await tagImage(created(0, '3'), tagger({ decoder: unmade }));
    expect(odd).toMatchObject({ result: 'tagged', thumbnailFault: 'too odd' });
  });

  it('is not made without a store, nor for what the record says already', async () => {
    const outcome = await tagImage(created(0, '1'), tagger({ thumbnails: undefined }));
    expect(decoded).toEqual([false]);
    expect(outcome).not.toHaveProperty('thumbnailFault');
    steps.length = 0;
    expect((await tagImage(created(0, '1'), tagger())).result).toBe('unchanged');
    expect({ steps, decoded }).toEqual({ steps: [], decoded: [false] });
  });
});

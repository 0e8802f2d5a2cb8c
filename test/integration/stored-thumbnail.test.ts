import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { putImageRecord } from '../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../functions/core/records/next-record.ts';
import { readRecord } from '../../functions/core/records/record-commit.ts';
import type { Tagger } from '../../functions/core/tagging/tag-image.ts';
import { type ThumbnailStore, thumbnailName } from '../../functions/core/thumbnails/thumbnail-store.ts';
import { storedThumbnails } from '../../functions/local/page-api/stored-thumbnail.ts';
import { scene, text } from '../fixtures/pictures.ts';
import { type InMemoryTable, inMemoryTable } from '../unit/core/in-memory-table.ts';

const PLACE = { bucket: 'photos', key: 'a.png' };
const picture = await scene(600, 300).png().toBuffer();

let table: InMemoryTable;
let kept: Map<string, Uint8Array>;
let fetches: number;
/** Of the object now; undefined when there is none. */
let eTag: string | undefined;

beforeEach(() => {
  table = inMemoryTable();
  kept = new Map();
  fetches = 0;
  eTag = 'e1';
});

const thumbnails: ThumbnailStore = {
  put: async (name, webp) => void kept.set(name, webp),
  delete: async (name) => void kept.delete(name),
  get: async (name) => kept.get(name),
};

async function thumbnailFrom(
  bytes: Uint8Array = picture,
  changes: Partial<Tagger> = {},
): Promise<Uint8Array> {
  const objects: Tagger['objects'] = {
    current: async () => (eTag === undefined ? undefined : { eTag, sizeBytes: bytes.length }),
    fetch: async () => {
      fetches += 1;
      return { bytes };
    },
  };
  const thumbnailOf = storedThumbnails({ table, objects, thumbnails, maximumBytes: 10_000_000, ...changes });
  return thumbnailOf((await readRecord(PLACE, table)) ?? failed);
}

const TIME = { eventTime: '', now: new Date(0) };
const failed = nextImageRecord(undefined, { ...PLACE, sequencer: '0' }, { status: 'failed', tags: [] }, TIME);

async function recorded(recordedETag: string) {
  const object = { ...PLACE, eTag: recordedETag, sequencer: '1' };
  const time = { eventTime: '', now: new Date(0) };
  await table.write(putImageRecord(nextImageRecord(undefined, object, { status: 'tagged', tags: [] }, time)));
  return thumbnailName(object);
}

describe('the thumbnail of an image on this machine', () => {
  it('is the one that tagging has stored, and the object is not read', async () => {
    const name = await recorded('e1');
    kept.set(name, Uint8Array.of(1));
    expect(await thumbnailFrom()).toEqual(Uint8Array.of(1));
    expect(fetches).toBe(0);
  });

  it('is made where none is stored, and stored', async () => {
    const name = await recorded('e1');
    const webp = await thumbnailFrom();
    expect(await sharp(webp).metadata()).toMatchObject({ format: 'webp', width: 448, height: 224 });
    expect(kept.get(name)).toEqual(webp);
    expect(await thumbnailFrom()).toEqual(webp);
    expect(fetches).toBe(1);
  });

  it('is not stored for another content than was recorded, for none, or without a place for it', async () => {
    await thumbnailFrom();
    await recorded('e0');
    await thumbnailFrom();
    await thumbnailFrom(picture, { thumbnails: undefined });
    expect(kept.size).toBe(0);
  });

  it('does not stay when a newer state has been recorded meanwhile', async () => {
    await recorded('e1');
    const put: ThumbnailStore['put'] = async (name, webp) => {
      await thumbnails.put(name, webp);
      const newer = { ...PLACE, eTag: 'e2', sequencer: '2' };
      const time = { eventTime: '', now: new Date(0) };
      const previous = await readRecord(PLACE, table);
      await table.write(
        putImageRecord(nextImageRecord(previous, newer, { status: 'tagged', tags: [] }, time)),
      );
    };
    await thumbnailFrom(picture, { thumbnails: { ...thumbnails, put } });
    expect(kept.size).toBe(0);
  });

  it('is rejected of what is gone and of what is no picture', async () => {
    await expect(thumbnailFrom(text('no picture'))).rejects.toMatchObject({ code: 'not-an-image' });
    eTag = undefined;
    await expect(thumbnailFrom()).rejects.toMatchObject({ code: 'object-gone' });
  });
});

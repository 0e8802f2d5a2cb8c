import { beforeEach, describe, expect, it } from 'vitest';
import { CliptagError, ImageFault, ObjectSuperseded } from '../../../../functions/core/errors.ts';
import type { ObjectEvent } from '../../../../functions/core/objects/event.ts';
import type { ObjectStore } from '../../../../functions/core/objects/object-store.ts';
import { readRecord } from '../../../../functions/core/records/record-commit.ts';
import { type Tagger, tagImage } from '../../../../functions/core/tagging/tag-image.ts';
import { bytesOfContent, expectedOutcome, fakeTagger } from '../fake-taggers.ts';
import { type InMemoryTable, inMemoryTable } from '../in-memory-table.ts';

const PLACE = { bucket: 'photos', key: 'trips/a.jpg' };
const TIME = '2026-11-30T12:00:00.000Z';
const CAT = 0;
const CAT_AND_DOG = 1;

let table: InMemoryTable;
let fetched: Parameters<ObjectStore['fetch']>[];
/** What the bucket holds now: the number of a content, or the error that fetching it throws. */
let held: number | Error;

beforeEach(() => {
  table = inMemoryTable();
  fetched = [];
  held = CAT;
});

function tagger(changes: Partial<Tagger> = {}): Tagger {
  const objects: ObjectStore = {
    fetch: async (...asked) => {
      fetched.push(asked);
      if (held instanceof Error) throw held;
      return { bytes: bytesOfContent(held) };
    },
    current: async () =>
      held instanceof Error ? undefined : { versionId: 'v1', eTag: `e${held}`, sizeBytes: 1 },
  };
  return { ...fakeTagger('first', { objects, table }), ...changes };
}

const created = (sequencer: string, content: number, sizeBytes = 1): ObjectEvent => ({
  kind: 'created',
  object: { ...PLACE, eTag: `e${content}`, sizeBytes, sequencer },
  time: TIME,
});
const removed = (sequencer: string): ObjectEvent => ({
  kind: 'removed',
  object: { ...PLACE, sequencer },
  time: TIME,
  mayUncoverVersion: false,
});

describe('tagging an image', () => {
  it('takes all from the label sets of one moment, though others take their place meanwhile', async () => {
    const { objects } = tagger();
    const moments = [fakeTagger('first', { objects, table }), fakeTagger('relabelled', { objects, table })];
    let asked = 0;
    const live: Tagger = {
      ...tagger(),
      get classifiers() {
        return moments[Math.min(asked++, 1)]?.classifiers ?? [];
      },
    };
    const { record } = await tagImage(created('2', CAT_AND_DOG), live);
    const [first] = moments;
    const digests = first?.classifiers.map(({ labelSet, labelSetDigest }) => [labelSet.name, labelSetDigest]);
    expect(record?.labelSets).toEqual(Object.fromEntries(digests ?? []));
  });

  it('records all that was found out, by the label sets that apply to the object', async () => {
    const { object, result, record } = await tagImage(created('2', CAT_AND_DOG), {
      ...tagger(),
      now: () => new Date('2026-11-30T12:00:05.000Z'),
    });
    const expected = expectedOutcome('first', PLACE, CAT);
    expect(result).toBe('tagged');
    expect(object).toEqual({ ...PLACE, eTag: 'e1', sizeBytes: 1, sequencer: '2' });
    expect(record).toMatchObject({ ...expected, ...object, width: 10, height: 20, format: 'jpeg' });
    expect(record).toMatchObject({ eventTime: TIME, recordedAt: '2026-11-30T12:00:05.000Z' });
    expect(Object.keys(record?.labelSets ?? {})).toEqual(['things', 'places']);
    expect(await readRecord(PLACE, table)).toMatchObject({ ...expected, revision: 1 });
    expect(fetched).toEqual([[object, 1_000_000]]);
  });

  it('takes only the label sets that are meant for the object', async () => {
    const event = { ...created('2', CAT), object: { ...created('2', CAT).object, key: 'a.jpg' } };
    const { record } = await tagImage(event as ObjectEvent, tagger());
    expect(Object.keys(record?.labelSets ?? {})).toEqual(['things']);
  });

  it('says again what the record says already, and reads no object for it', async () => {
    const { record } = await tagImage(created('2', CAT), tagger());
    const again = await tagImage(created('2', CAT), tagger());
    expect(again.result).toBe('unchanged');
    expect(again.record).toEqual(record);
    expect(fetched).toHaveLength(1);
  });

  it('leaves a newer record as it is, and says nothing of it', async () => {
    await tagImage(created('3', CAT), tagger());
    const before = table.items();
    const outcome = await tagImage(created('2', CAT_AND_DOG), tagger());
    expect(outcome).toEqual({ object: created('2', CAT_AND_DOG).object, result: 'superseded' });
    expect(table.items()).toEqual(before);
    expect(fetched).toHaveLength(1);
  });

  it('leaves a tombstone of a removed object', async () => {
    await tagImage(created('2', CAT), tagger());
    const { result, record } = await tagImage(removed('3'), tagger());
    expect(result).toBe('deleted');
    expect(record).toMatchObject({ status: 'deleted', tags: [], sequencer: '3' });
    expect(record).not.toHaveProperty('embedding');
    expect(fetched).toHaveLength(1);
  });

  it('refuses an object that is too large by its event, before it is fetched', async () => {
    const { result, record } = await tagImage(created('2', CAT, 11), tagger({ maximumBytes: 10 }));
    expect(result).toBe('failed');
    expect(record).toMatchObject({ status: 'failed', reasonCode: 'too-large', tags: [] });
    expect(record?.reason).toContain('at most 10 bytes');
    expect(fetched).toEqual([]);
  });

  it.each(['failed', 'unsupported'] as const)(
    'records a fault of the image, with status %s and reason',
    async (status) => {
      held = new ImageFault(status, 'not-readable', 'Expected a readable object');
      expect(await tagImage(created('2', CAT), tagger())).toMatchObject({
        result: status,
        record: { status, reason: 'Expected a readable object', reasonCode: 'not-readable', tags: [] },
      });
    },
  );

  it('rejects with a fault that may pass, and writes nothing', async () => {
    held = new CliptagError('decode-timeout', 'too busy');
    await expect(tagImage(created('2', CAT), tagger())).rejects.toBe(held);
    expect(table.items()).toEqual([]);
  });

  it('writes nothing of a state that is gone meanwhile', async () => {
    held = new ObjectSuperseded('object-changed', 'overwritten');
    expect(await tagImage(created('2', CAT), tagger())).toEqual({
      object: created('2', CAT).object,
      result: 'superseded',
    });
    expect(table.items()).toEqual([]);
  });

  it('takes the uncovered version for a created one where a version was deleted for good', async () => {
    const { result, object } = await tagImage(
      { ...removed('3'), mayUncoverVersion: true } as ObjectEvent,
      tagger(),
    );
    expect(result).toBe('tagged');
    expect(object).toMatchObject({ sequencer: '3', versionId: 'v1', eTag: 'e0' });
  });
});

describe('an image whose record others change meanwhile', () => {
  /** A table where somebody is faster at the first put of the record, as `meanwhile` does it. */
  function contested(meanwhile: () => Promise<unknown>): InMemoryTable {
    let isFirst = true;
    return {
      ...table,
      async write(request) {
        if (isFirst && request.kind === 'put' && request.Item.SK === 'IMAGE') {
          isFirst = false;
          await meanwhile();
        }
        return table.write(request);
      },
    };
  }

  it('is fetched and described once, however many attempts its record takes', async () => {
    const other = () => tagImage(created('1', CAT), tagger());
    const { result, record } = await tagImage(
      created('2', CAT),
      tagger({ table: contested(other), maximumBytes: 999 }),
    );
    expect(result).toBe('tagged');
    expect(record).toMatchObject({ revision: 2, sequencer: '2' });
    expect(fetched.map(([, maximumBytes]) => maximumBytes)).toEqual([999, 1_000_000]);
  });

  it('is looked at again when it is restored from an archive', async () => {
    held = new ImageFault('unsupported', 'not-readable', 'Expected a readable object but it is archived');
    const uploaded = await tagImage(created('2', CAT), tagger());
    expect(uploaded.record).toMatchObject({ status: 'unsupported', reasonCode: 'not-readable' });
    held = CAT;
    const object = { ...PLACE, eTag: 'e0', sizeBytes: 1, sequencer: '' };
    const restored: ObjectEvent = { kind: 'restored', object, time: TIME };
    const { result, record } = await tagImage(restored, tagger());
    expect(result).toBe('tagged');
    expect(record).toMatchObject({ sequencer: '2', tags: expectedOutcome('first', PLACE, CAT).tags });
    expect(record?.reason).toBeUndefined();
    expect(await tagImage(restored, tagger())).toMatchObject({ result: 'unchanged' });
    expect(await tagImage(removed('3'), tagger())).toMatchObject({ result: 'deleted' });
    expect(
      await tagImage(restored, {
        ...tagger(),
        objects: { ...tagger().objects, current: async () => undefined },
      }),
    ).toMatchObject({
      result: 'superseded',
    });
  });

  it('is superseded by an event that a faster writer brought', async () => {
    const other = () => tagImage(created('3', CAT), tagger());
    const { result } = await tagImage(created('2', CAT), tagger({ table: contested(other) }));
    expect(result).toBe('superseded');
    expect(await readRecord(PLACE, table)).toMatchObject({ sequencer: '3' });
  });

  it('is described anew where a listing finds another state at the next look', async () => {
    const listed: ObjectEvent = {
      kind: 'listed',
      object: { ...PLACE, eTag: 'e0', sizeBytes: 1, lastModified: TIME },
      time: TIME,
    };
    const other = async () => {
      await tagImage(removed('1'), tagger());
      held = CAT_AND_DOG;
    };
    const { record } = await tagImage(listed, tagger({ table: contested(other) }));
    expect(record).toMatchObject({ eTag: 'e1', tags: expectedOutcome('first', PLACE, CAT_AND_DOG).tags });
    expect(fetched.map(([{ eTag }]) => eTag)).toEqual(['e0', 'e1']);
  });
});

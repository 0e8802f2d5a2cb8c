import { describe, expect, it } from 'vitest';
import type { ObjectEvent } from '../../../../functions/core/objects/event.ts';
import { FIRST_SEQUENCER } from '../../../../functions/core/objects/object.ts';
import type { CurrentObject } from '../../../../functions/core/objects/object-store.ts';
import type { ImageRecord } from '../../../../functions/core/records/image-record.ts';
import {
  eventDue,
  eventIdentity,
  withUncoveredVersion,
} from '../../../../functions/core/tagging/event-order.ts';

const place = { bucket: 'photos', key: 'a.jpg' };
const tagger = { modelDigest: 'model', labelSets: [{ digest: 'set' }] };
const time = '2026-11-30T12:00:00.000Z';

const created = (sequencer: string, eTag = 'one'): ObjectEvent => ({
  kind: 'created',
  object: { ...place, sequencer, eTag },
  time,
});
const removed = (sequencer: string, mayUncoverVersion = false): ObjectEvent => ({
  kind: 'removed',
  object: { ...place, sequencer },
  time,
  mayUncoverVersion,
});
const listed: ObjectEvent = {
  kind: 'listed',
  object: { ...place, eTag: 'one', sizeBytes: 1, lastModified: time },
  time,
};
const restored: ObjectEvent = { kind: 'restored', object: { ...place, sequencer: '9', eTag: 'one' }, time };
const archived = { status: 'unsupported', reasonCode: 'not-readable' } as const;
const record = (changes: Partial<ImageRecord> = {}) =>
  ({
    ...place,
    status: 'tagged',
    sequencer: '2',
    eTag: 'one',
    modelDigest: 'model',
    labelSets: { things: 'set' },
    ...changes,
  }) as ImageRecord;
const bucketWith = (current?: CurrentObject) => ({ current: async () => current });
const noBucket = {
  current: async (): Promise<never> => {
    throw new Error('Expected no look at the object');
  },
};

describe('an event', () => {
  it.each<[string, string, ObjectEvent, ImageRecord | undefined]>([
    ['due', 'while there is no record', created('2'), undefined],
    ['due', 'when it is newer than the record', created('3'), record()],
    ['superseded', 'when it is older than the record', created('1'), record()],
    ['superseded', 'when it is older than a tombstone', created('1'), record({ status: 'deleted' })],
    ['unchanged', 'when the record is of its state already', created('2'), record()],
    ['unchanged', 'when its fault is recorded already', created('2'), record({ status: 'failed' })],
    ['unchanged', 'when its removal is recorded already', removed('2'), record({ status: 'deleted' })],
    ['due', 'when another model tagged its state', created('2'), record({ modelDigest: 'other' })],
    [
      'due',
      'when another label set tagged its state',
      created('2'),
      record({ labelSets: { things: 'old' } }),
    ],
    ['due', 'when the record has its sequencer and another ETag', created('2', 'two'), record()],
    ['due', 'when it removes the state of the record', removed('3'), record()],
    [
      'due',
      'when the record has a sequencer that no event can have',
      created('1'),
      record({ sequencer: 'z' }),
    ],
    ['due', 'when the record has a sequencer in lower case', removed('1'), record({ sequencer: 'f' })],
  ])('is %s %s', async (kind, _, event, previous) => {
    const due = await eventDue(event, previous, tagger, noBucket);
    expect(due).toEqual(kind === 'due' ? { kind, event } : { kind, object: event.object });
  });
});

describe('a listed object', () => {
  it.each<[string, string, Partial<ImageRecord>]>([
    ['due', 'a fault that would not go away', { status: 'failed', reasonCode: 'not-an-image' }],
    [
      'due',
      'an image of a kind that is not read',
      { status: 'unsupported', reasonCode: 'unsupported-format' },
    ],
    ['unchanged', 'tags of this very tagger', {}],
  ])('is %s when somebody asks to retry %s', async (kind, _, previous) => {
    const retry = { ...listed, object: { ...listed.object, isRetry: true } } as ObjectEvent;
    const due = await eventDue(retry, record(previous), tagger, bucketWith({ eTag: 'one' }));
    expect(due.kind).toBe(kind);
    expect(await eventDue(listed, record(previous), tagger, noBucket)).toMatchObject({ kind: 'unchanged' });
  });

  it('is unchanged, without a look, when the record is of the listed state', async () => {
    expect(await eventDue(listed, record(), tagger, noBucket)).toMatchObject({ kind: 'unchanged' });
  });

  it('is unchanged when the record is of the state that the look finds', async () => {
    const current = bucketWith({ eTag: 'two' });
    const due = await eventDue(listed, record({ eTag: 'two' }), tagger, current);
    expect(due).toMatchObject({ kind: 'unchanged', object: { eTag: 'two', sequencer: '2' } });
  });

  it('is superseded when it is gone', async () => {
    expect(await eventDue(listed, record({ eTag: 'two' }), tagger, bucketWith())).toMatchObject({
      kind: 'superseded',
    });
  });

  it.each<[string, ImageRecord | undefined, string]>([
    ['the sequencer of the record', record({ eTag: 'old' }), '2'],
    ['the first sequencer where there is no record', undefined, FIRST_SEQUENCER],
    [
      'the first sequencer where no event can have that of the record',
      record({ eTag: 'old', sequencer: '~' }),
      FIRST_SEQUENCER,
    ],
  ])('is due as it is found, with %s', async (_, previous, sequencer) => {
    const due = await eventDue(listed, previous, tagger, bucketWith({ eTag: 'two', versionId: 'v' }));
    const object = { ...place, sequencer, eTag: 'two', versionId: 'v' };
    expect(due).toEqual({ kind: 'due', event: { kind: 'created', object, time } });
  });
});

describe('a restored object', () => {
  it('is due under the sequencer of the record, as restoring changes nothing that events tell', async () => {
    const due = await eventDue(restored, record(archived), tagger, bucketWith({ eTag: 'one' }));
    const object = { ...place, sequencer: '2', eTag: 'one' };
    expect(due).toEqual({ kind: 'due', event: { kind: 'created', object, time } });
  });

  it.each([
    ['tagged already', record()],
    ['known for a fault that stays', record({ status: 'failed', reasonCode: 'corrupt' })],
  ])('is unchanged, without a look, when it is %s', async (_, previous) => {
    expect(await eventDue(restored, previous, tagger, noBucket)).toMatchObject({ kind: 'unchanged' });
  });

  it('is superseded when it is gone, and when it is an earlier version than the record is of', async () => {
    expect(await eventDue(restored, record(archived), tagger, bucketWith())).toMatchObject({
      kind: 'superseded',
    });
    const newer = await eventDue(restored, record({ eTag: 'two' }), tagger, bucketWith({ eTag: 'two' }));
    expect(newer).toMatchObject({ kind: 'unchanged', object: { eTag: 'two' } });
  });

  it('is no other event of its object', () => {
    const later = { ...restored, time: '2026-12-30T12:00:00.000Z' } as ObjectEvent;
    expect(new Set([restored, later, listed, created('9')].map(eventIdentity)).size).toBe(4);
  });
});

describe('the removal of a version', () => {
  it('counts as the creation of the version that it uncovers', async () => {
    const event = await withUncoveredVersion(
      removed('3', true),
      bucketWith({ eTag: 'old', versionId: 'v1' }),
    );
    const object = { ...place, sequencer: '3', eTag: 'old', versionId: 'v1' };
    expect(event).toEqual({ kind: 'created', object, time });
  });

  it('stays a removal where it uncovers none', async () => {
    expect(await withUncoveredVersion(removed('3', true), bucketWith())).toEqual(removed('3', true));
  });

  it.each([created('3'), removed('3'), listed, restored])(
    'is not looked for with other events ($kind)',
    async (event) => {
      expect(await withUncoveredVersion(event, noBucket)).toBe(event);
    },
  );
});

import { expect, it } from 'vitest';
import type { ObjectEvent } from '../../../../functions/core/objects/event.ts';
import type { ImageRecord } from '../../../../functions/core/records/image-record.ts';
import { eventDue, withUncoveredVersion } from '../../../../functions/core/tagging/event-order.ts';

const place = { bucket: 'photos', key: 'a.jpg' };
const tagger = { modelDigest: 'model', labelSets: [{ digest: 'set' }] };
const created = (eTag?: string): ObjectEvent => ({
  ...{ kind: 'created', object: { ...place, sequencer: '2', eTag }, time: '' },
});
const removed = (mayUncoverVersion = false): ObjectEvent => ({
  ...{ kind: 'removed', object: { ...place, sequencer: '2' }, time: '', mayUncoverVersion },
});
/** A record with the sequencer of these events. */
const record = (status: ImageRecord['status'], eTag?: string): ImageRecord =>
  ({
    ...{ ...place, sequencer: '2', status, eTag },
    // What fails or goes was tagged by nobody.
    ...(status === 'tagged' && { modelDigest: 'model', labelSets: { things: 'set' } }),
  }) as unknown as ImageRecord;

it.each<[string, ObjectEvent, ImageRecord, string]>([
  ['created, and it is tagged', created('one'), record('tagged', 'one'), 'unchanged'],
  ['created, and its fault is recorded', created('one'), record('failed', 'one'), 'unchanged'],
  ['created, of a kind that is not read', created('one'), record('unsupported', 'one'), 'unchanged'],
  ['created, and a tombstone knows nothing of it', created(), record('deleted'), 'due'],
  ['removed, and its tombstone stands', removed(), record('deleted'), 'unchanged'],
  ['removed, and it is still tagged', removed(), record('tagged', 'one'), 'due'],
  ['removed, and its fault is still recorded', removed(), record('failed', 'one'), 'due'],
])('an event with the sequencer of the record, of an object that was %s', async (...given) => {
  const [, event, previous, kind] = given;
  const due = await eventDue(event, previous, tagger, {
    current: () => Promise.reject(new Error('Expected no look at the object')),
  });
  expect(due.kind).toBe(kind);
});

it('looks for an uncovered version under the name of the object', async () => {
  const asked: unknown[] = [];
  await withUncoveredVersion(removed(true), { current: async (object) => void asked.push(object) });
  expect(asked).toEqual([place]);
});

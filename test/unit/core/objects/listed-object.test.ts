import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageFault } from '../../../../functions/core/errors.ts';
import { eventsOf, type ObjectEvent } from '../../../../functions/core/objects/event.ts';
import { type ListedObject, listedObjectBody } from '../../../../functions/core/objects/listed-object.ts';
import { FIRST_SEQUENCER } from '../../../../functions/core/objects/object.ts';
import { readRecord } from '../../../../functions/core/records/record-commit.ts';
import { tagImage } from '../../../../functions/core/tagging/tag-image.ts';
import { bytesOfContent, expectedOutcome, fakeTagger, type TaggerName } from '../fake-taggers.ts';
import { type BucketChange, inMemoryBucket } from '../in-memory-bucket.ts';
import { inMemoryTable } from '../in-memory-table.ts';

const OBJECT: ListedObject = {
  bucket: 'photos',
  key: 'a b+c/ü.jpg',
  eTag: 'd41d8cd98f00b204e9800998ecf8427e-13',
  sizeBytes: 1234,
  lastModified: '2026-11-23T09:30:00.000Z',
};

describe('the message of a listed object', () => {
  it('is read as what was listed', () => {
    const event = { kind: 'listed', object: OBJECT, time: OBJECT.lastModified };
    expect(eventsOf(listedObjectBody(OBJECT))).toEqual([event]);
    const retry = { ...OBJECT, isRetry: true };
    expect(eventsOf(listedObjectBody(retry))).toEqual([{ ...event, object: retry }]);
  });

  it('holds any key in characters that SQS takes', () => {
    const characters = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\uFFFE', '\uFFFF', '\u0001'));
    fc.assert(
      fc.property(characters, (part) => {
        const body = listedObjectBody({ ...OBJECT, key: `k${part}` });
        expect(body).not.toMatch(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u);
        expect(eventsOf(body)).toMatchObject([{ object: { key: `k${part}` } }]);
      }),
    );
  });

  it('rejects with all faults at once', () => {
    const listedObject = { bucket: '', eTag: 'e', sizeBytes: -1, lastModified: 'yesterday' };
    const [event] = eventsOf(JSON.stringify({ listedObject }));
    const fault = event?.kind === 'faulty' ? event.fault : undefined;
    expect(fault).toBeInstanceOf(MessageFault);
    expect(fault?.message).toMatch(
      /^Expected a listed object but its listedObject\.bucket.*listedObject\.key.*sizeBytes.*received -1.*lastModified.*"yesterday"$/,
    );
  });
});

const KEY = 'trips/a.jpg';

/** A bucket and a table, and what is done with them. */
function world() {
  const bucket = inMemoryBucket('photos', { versioned: false, bytesOf: bytesOfContent });
  const table = inMemoryTable();
  let looks = 0;
  const objects = {
    fetch: (...args: Parameters<typeof bucket.objects.fetch>) => {
      looks++;
      return bucket.objects.fetch(...args);
    },
    current: (...args: Parameters<typeof bucket.objects.current>) => {
      looks++;
      return bucket.objects.current(...args);
    },
  };
  const tag = (event: ObjectEvent, name: TaggerName = 'first') =>
    tagImage(event, fakeTagger(name, { objects, table }));
  const eventIn = (body: string | undefined): ObjectEvent => {
    const [event] = eventsOf(body ?? '');
    if (!event || !('object' in event)) throw new Error('Expected an event');
    return event;
  };
  return {
    bucket,
    tag,
    change: (change: BucketChange) => eventIn(bucket.change(KEY, change)),
    listed: () => eventIn(listedObjectBody(bucket.listing()[0]!)),
    record: () => readRecord({ bucket: 'photos', key: KEY }, table),
    looks: () => looks,
  };
}

const outcomeOf = (tagger: TaggerName, content: number) =>
  expectedOutcome(tagger, { bucket: 'photos', key: KEY }, content);

describe('tagImage, of a listed object,', () => {
  it('tags what no event has told of, before every event', async () => {
    const { bucket, tag, listed, record } = world();
    bucket.putUnheard(KEY, 0);
    await tag(listed());
    expect(await record()).toMatchObject({
      ...outcomeOf('first', 0),
      sequencer: FIRST_SEQUENCER,
      revision: 1,
      eventTime: '1970-01-01T00:00:00.000Z',
    });
  });

  it('leaves what is tagged by the same model and label sets as it is, at the cost of one read', async () => {
    const { tag, change, listed, record, looks } = world();
    await tag(change({ kind: 'put', content: 0 }));
    const before = looks();
    expect(await tag(listed())).toMatchObject({ result: 'unchanged' });
    expect(looks()).toBe(before);
    expect(await record()).toMatchObject({ revision: 1 });
  });

  it('tags anew by another model or other label sets, with the sequencer of the record', async () => {
    const { tag, change, listed, record } = world();
    await tag(change({ kind: 'put', content: 0 }));
    const { sequencer } = (await record())!;
    for (const [name, revision] of [['second', 2] as const, ['relabelled', 3] as const]) {
      await tag(listed(), name);
      expect(await record()).toMatchObject({ ...outcomeOf(name, 0), sequencer, revision });
    }
  });

  it('gives way to an event that the listing, or the look, has missed', async () => {
    const { bucket, tag, change, listed, record } = world();
    bucket.putUnheard(KEY, 0);
    const stale = listed();
    const event = change({ kind: 'put', content: 1 });
    await tag(stale);
    expect(await record()).toMatchObject({ ...outcomeOf('first', 1), sequencer: FIRST_SEQUENCER });
    await tag(event);
    expect((await record())!.sequencer > FIRST_SEQUENCER).toBe(true);
    expect(await tag(stale)).toMatchObject({ result: 'unchanged' });
  });

  it('does nothing about an object that is gone', async () => {
    const { bucket, tag, change, listed, record } = world();
    bucket.putUnheard(KEY, 0);
    const stale = listed();
    const event = change({ kind: 'delete' });
    expect(await tag(stale)).toMatchObject({ result: 'superseded' });
    expect(await record()).toBeUndefined();
    await tag(event);
    expect(await tag(stale)).toMatchObject({ result: 'superseded' });
    expect(await record()).toMatchObject({ status: 'deleted' });
  });

  it('tags an object that is there again after its deletion', async () => {
    const { tag, change, listed, record } = world();
    await tag(change({ kind: 'put', content: 0 }));
    await tag(change({ kind: 'delete' }));
    change({ kind: 'put', content: 2 });
    await tag(listed());
    expect(await record()).toMatchObject(outcomeOf('first', 2));
    expect(await record()).not.toHaveProperty('expiresAt');
  });

  it('tries again what another setting may have mended, and leaves broken images as they are', async () => {
    const { bucket, tag, listed, record } = world();
    bucket.putUnheard(KEY, 0);
    const small = fakeTagger('first', { objects: bucket.objects, table: inMemoryTable() });
    expect((await tagImage(listed(), { ...small, maximumBytes: 0 })).record?.reasonCode).toBe('too-large');
    expect(await tagImage(listed(), small)).toMatchObject({ result: 'tagged' });
    bucket.putUnheard(KEY, 5);
    await tag(listed());
    expect(await tag(listed())).toMatchObject({ result: 'unchanged' });
    expect(await record()).toMatchObject({ status: 'failed', revision: 1 });
  });
});

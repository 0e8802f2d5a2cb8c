import { beforeEach, describe, expect, it } from 'vitest';
import {
  type ImageContent,
  type ImageRecord,
  putImageRecord,
} from '../../../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { readRecord } from '../../../../functions/core/records/record-commit.ts';
import { MAXIMUM_ATTEMPTS } from '../../../../functions/core/records/record-update.ts';
import type { TagTable } from '../../../../functions/core/records/tag-table.ts';
import type { ObjectTag, ObjectTags } from '../../../../functions/core/results/object-tags.ts';
import { tellResult } from '../../../../functions/core/results/result-channels.ts';
import type { ResultEvent } from '../../../../functions/core/results/result-event.ts';
import { inMemoryTable } from '../in-memory-table.ts';

const object = { bucket: 'photos', key: 'a.jpg', sequencer: '2' };
const foreign = { key: 'team', value: 'zoo' };
const own = (label: string) => ({ key: `cliptag:things:${label}`, value: 'yes' });

let table: TagTable;
let published: ResultEvent[];
/** The tags at the object; undefined when it is gone. */
let tags: readonly ObjectTag[] | undefined;
let written: (readonly ObjectTag[])[];

beforeEach(() => {
  table = inMemoryTable();
  published = [];
  tags = [foreign];
  written = [];
});

const events = { publish: async (event: ResultEvent) => void published.push(event) };
function store(beforeWrite: () => Promise<unknown> = async () => {}): ObjectTags {
  return {
    read: async () => tags,
    async write(_, wanted) {
      await beforeWrite();
      written.push(wanted);
      tags = wanted;
    },
  };
}

/** Writes the record that follows the one that stands. */
async function recorded(
  labels: readonly string[],
  { status = 'tagged', sequencer = '2' }: { status?: ImageContent['status']; sequencer?: string } = {},
): Promise<ImageRecord> {
  const content = { status, tags: labels.map((label) => ({ set: 'things', label, score: 0.9 })) };
  const previous = await readRecord(object, table);
  const record = nextImageRecord(previous, { ...object, sequencer }, content, {
    ...{ eventTime: '2026-11-30T12:00:00.000Z', now: new Date(0) },
  });
  await table.write(putImageRecord(record));
  return record;
}

const channels = (objects = store()) => ({ events, objectTags: { store: objects, limit: 3 } });

describe('the result of a run', () => {
  it('goes nowhere where no channel is open', async () => {
    const record = await recorded(['cat']);
    await tellResult({ object, result: 'tagged', record }, {}, table);
    expect([published, written]).toEqual([[], []]);
  });

  it.each(['tagged', 'unchanged'] as const)('is told at the object, then on the bus: %s', async (result) => {
    const record = await recorded(['cat']);
    const order: string[] = [];
    const told = {
      events: { publish: async () => void order.push('event') },
      objectTags: { store: store(async () => order.push('tags')), limit: 3 },
    };
    await tellResult({ object, result, record }, told, table);
    expect(order).toEqual(['tags', 'event']);
    expect(tags).toEqual([foreign, own('cat')]);
  });

  it('is told on the bus as the record has it', async () => {
    const record = await recorded(['cat']);
    await tellResult({ object, result: 'tagged', record }, { events }, table);
    expect(published).toMatchObject([{ type: 'ImageTagged', detail: { key: 'a.jpg', revision: 1 } }]);
  });

  it('is no more than the limit of tags', async () => {
    const record = await recorded(['a', 'b', 'c', 'd']);
    await tellResult({ object, result: 'tagged', record }, channels(), table);
    expect(tags).toHaveLength(1 + 3);
  });

  it('is not told on the bus where a newer event has superseded it, even with a record at hand', async () => {
    const record = await recorded(['cat']);
    await tellResult({ object, result: 'superseded', record }, { events }, table);
    await tellResult({ object, result: 'superseded' }, { events }, table);
    expect(published).toEqual([]);
  });

  it('is not written to an object that carries it already', async () => {
    const record = await recorded(['cat']);
    tags = [own('cat'), foreign];
    await tellResult({ object, result: 'unchanged', record }, channels(), table);
    expect(written).toEqual([]);
  });

  it('is not written to an object that is gone, nor to one that was removed', async () => {
    const record = await recorded(['cat']);
    tags = undefined;
    await tellResult({ object, result: 'tagged', record }, channels(), table);
    tags = [own('cat')];
    const tombstone = await recorded([], { status: 'deleted', sequencer: '3' });
    await tellResult({ object, result: 'deleted', record: tombstone }, channels(), table);
    expect(written).toEqual([]);
    expect(published.map(({ type }) => type)).toEqual(['ImageTagged', 'ImageRemoved']);
  });
});

describe('the tags of a run that was superseded', () => {
  it('give way to those of the newer record', async () => {
    await recorded(['dog'], { sequencer: '3' });
    tags = [own('cat')];
    await tellResult({ object, result: 'superseded' }, channels(), table);
    expect(tags).toEqual([own('dog')]);
    expect(published).toEqual([]);
  });

  it.each(['2', '1'])('stay where the record is no newer: %s', async (sequencer) => {
    await recorded(['dog'], { sequencer });
    await tellResult({ object, result: 'superseded' }, channels(), table);
    expect(written).toEqual([]);
  });

  it('stay where there is no record', async () => {
    await tellResult({ object, result: 'superseded' }, channels(), table);
    expect(written).toEqual([]);
  });
});

describe('tags that were written while the record changed', () => {
  it('are written again, as the newest record has them', async () => {
    const record = await recorded(['cat']);
    let isFirst = true;
    const slow = store(async () => {
      if (isFirst) await recorded(['dog']);
      isFirst = false;
    });
    await tellResult({ object, result: 'tagged', record }, channels(slow), table);
    expect(written).toEqual([
      [foreign, own('cat')],
      [foreign, own('dog')],
    ]);
  });

  it('are left as they are where the record has gone', async () => {
    const record = await recorded(['cat']);
    const gone: TagTable = { ...table, read: async () => undefined };
    await tellResult({ object, result: 'tagged', record }, channels(), gone);
    expect(written).toHaveLength(1);
  });

  it(`reject, to be told again, when the record has changed ${MAXIMUM_ATTEMPTS} times`, async () => {
    const record = await recorded(['cat']);
    let count = 0;
    const busy = store(async () => recorded([`label ${count++}`]));
    const telling = tellResult({ object, result: 'tagged', record }, channels(busy), table);
    await expect(telling).rejects.toMatchObject({
      ...{ code: 'result-not-told', retryable: true, cause: { code: 'contended' } },
    });
    expect(written).toHaveLength(MAXIMUM_ATTEMPTS);
    expect(published).toEqual([]);
  });
});

describe('a channel that fails', () => {
  it.each([
    [new TypeError('no such bus'), 'photos/a.jpg is recorded but not told of: TypeError: no such bus'],
    ['nothing', 'photos/a.jpg is recorded but not told of: nothing'],
  ])('rejects, to be told again, with the reason: %s', async (cause, message) => {
    const record = await recorded(['cat']);
    const failing = {
      publish: async () => {
        throw cause;
      },
    };
    await expect(
      tellResult({ object, result: 'tagged', record }, { events: failing }, table),
    ).rejects.toMatchObject({ code: 'result-not-told', message, cause });
  });
});

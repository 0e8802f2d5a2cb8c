import { describe, expect, it } from 'vitest';
import type { Tag } from '../../../../functions/core/labels/scores.ts';
import { type ImageRecord, imageKey } from '../../../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { commitRecord, readRecord } from '../../../../functions/core/records/record-commit.ts';
import { MAXIMUM_ATTEMPTS, updateRecord } from '../../../../functions/core/records/record-update.ts';
import { inMemoryTable } from '../in-memory-table.ts';

const object = { bucket: 'photos', key: 'a.jpg', sequencer: '2' };
const tag = (label: string): Tag => ({ set: 'things', label, score: 0.9 });
const now = () => new Date(0);

function changeTo(...labels: string[]) {
  const content = { status: 'tagged', tags: labels.map(tag) } as const;
  return { object, content, eventTime: '' };
}

/** A table, and another writer that replaces the image's record with one that has these tags. */
function contestedTable() {
  const table = inMemoryTable();
  const otherWriter = async (...labels: string[]) => {
    const { content, eventTime } = changeTo(...labels);
    const record = nextImageRecord(await readRecord(object, table), object, content, {
      eventTime,
      now: now(),
    });
    expect(await commitRecord(record, record.tags, table)).toBe(true);
  };
  const labels = () =>
    table.items().flatMap(({ PK, label }) => (String(PK).startsWith('LABEL#') ? [label] : []));
  return { table, otherWriter, labels };
}

describe('updateRecord', () => {
  it('writes what follows the record that it has read, and the label entries of its tags', async () => {
    const { table, labels } = contestedTable();
    const decide = () => ({ change: changeTo('cat') });
    const { record, previous } = await updateRecord(object, decide, { table, now });
    expect(previous).toBeUndefined();
    expect(record).toMatchObject({ revision: 1, tags: [tag('cat')] });
    expect(await readRecord(object, table)).toMatchObject({ revision: 1, tags: [tag('cat')] });
    expect(labels()).toEqual(['cat']);
  });

  it('writes nothing without a change, and gives the record that stands', async () => {
    const { table, otherWriter } = contestedTable();
    await otherWriter('cat');
    const before = table.items();
    const { record, decision } = await updateRecord(object, () => ({ why: 'said', change: undefined }), {
      table,
      now,
    });
    expect(record).toMatchObject({ revision: 1, tags: [tag('cat')] });
    expect(decision).toEqual({ why: 'said' });
    expect(table.items()).toEqual(before);
  });

  it('decides anew about the record of a faster writer, and leaves no entry of its lost attempt', async () => {
    const { table, otherWriter, labels } = contestedTable();
    const decidedAbout: (ImageRecord | undefined)[] = [];
    const decide = async (previous: ImageRecord | undefined) => {
      decidedAbout.push(previous);
      if (previous) return { change: changeTo('bird') };
      await otherWriter('dog');
      return { change: changeTo('cat') };
    };
    const { record, previous } = await updateRecord(object, decide, { table, now });
    expect(decidedAbout).toEqual([undefined, expect.objectContaining({ tags: [tag('dog')] })]);
    expect(previous).toMatchObject({ revision: 1 });
    // Noted before they are removed, in case the process ends in between.
    expect(record).toMatchObject({ revision: 2, supersededTags: [tag('dog'), tag('cat')] });
    expect(labels()).toEqual(['bird']);
    expect(await readRecord(object, table)).toMatchObject({ supersededTags: [] });
  });

  it('removes the entries of a lost attempt where nothing is left to write, but not those that the record relies on', async () => {
    const { table, otherWriter, labels } = contestedTable();
    const decide = async (previous: ImageRecord | undefined) => {
      if (previous) return {};
      await otherWriter('cat', 'dog');
      return { change: changeTo('cat', 'bird') };
    };
    const { record } = await updateRecord(object, decide, { table, now });
    expect(record).toMatchObject({ tags: [tag('cat'), tag('dog')] });
    expect(labels().toSorted()).toEqual(['cat', 'dog']);
  });

  it('takes a record that has been read already for the first attempt, and reads it for the next', async () => {
    const { table, otherWriter } = contestedTable();
    await otherWriter('cat');
    const scanned = (await readRecord(object, table)) as ImageRecord;
    await otherWriter('dog');
    const decidedAbout: (number | undefined)[] = [];
    const decide = (previous: ImageRecord | undefined) => {
      decidedAbout.push(previous?.revision);
      return { change: changeTo('bird') };
    };
    await updateRecord(object, decide, { table, now, previous: scanned });
    expect(decidedAbout).toEqual([1, 2]);
  });

  it('renews a tombstone that might go meanwhile, so that revisions do not begin anew while entries stand', async () => {
    const { table, labels } = contestedTable();
    const DAY_SECONDS = 24 * 60 * 60;
    const monthLater = () => new Date(30 * DAY_SECONDS * 1_000);
    const deletion = { object, content: { status: 'deleted', tags: [] }, eventTime: '' } as const;
    await updateRecord(object, () => ({ change: deletion }), { table, now });
    const expireNow = () => table.expire(imageKey(object), monthLater().getTime() / 1_000 + 1);
    const expiries: boolean[] = [];
    const decide = (previous: ImageRecord | undefined) => {
      // Renewed, it does not go before the writer has replaced it.
      if (previous?.revision === 2) expiries.push(expireNow());
      return { change: changeTo('cat') };
    };
    const { record } = await updateRecord(object, decide, { table, now: monthLater });
    expect(expiries).toEqual([false]);
    expect(record).toMatchObject({ status: 'tagged', revision: 3, expiresAt: undefined });
    expect(labels()).toEqual(['cat']);
  });

  it('begins anew where the tombstone goes before it can be renewed', async () => {
    const { table, labels } = contestedTable();
    const later = () => new Date(31 * 24 * 60 * 60 * 1_000);
    const deletion = { object, content: { status: 'deleted', tags: [] }, eventTime: '' } as const;
    await updateRecord(object, () => ({ change: deletion }), { table, now });
    const decide = (previous: ImageRecord | undefined) => {
      if (previous) expect(table.expire(imageKey(object), later().getTime() / 1_000)).toBe(true);
      return { change: changeTo('cat') };
    };
    const { record } = await updateRecord(object, decide, { table, now: later });
    expect(record).toMatchObject({ status: 'tagged', revision: 1 });
    expect(labels()).toEqual(['cat']);
  });

  it(`rejects, to be retried, after ${MAXIMUM_ATTEMPTS} lost attempts`, async () => {
    const { table, otherWriter } = contestedTable();
    let attempts = 0;
    const decide = async () => {
      attempts += 1;
      await otherWriter('dog');
      return { change: changeTo('cat') };
    };
    const updating = updateRecord(object, decide, { table, now });
    await expect(updating).rejects.toMatchObject({ code: 'contended', retryable: true });
    expect(attempts).toBe(MAXIMUM_ATTEMPTS);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { Tag } from '../../../../functions/core/labels/scores.ts';
import { putImageRecord } from '../../../../functions/core/records/image-record.ts';
import { putLabelEntry } from '../../../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { readRecord } from '../../../../functions/core/records/record-commit.ts';
import { MAXIMUM_ATTEMPTS, updateRecord } from '../../../../functions/core/records/record-update.ts';
import type { TagTable } from '../../../../functions/core/records/tag-table.ts';
import { type InMemoryTable, inMemoryTable } from '../in-memory-table.ts';

const object = { bucket: 'photos', key: 'a.jpg', sequencer: '2' };
const tag = (label: string): Tag => ({ set: 'things', label, score: 0.9 });
const now = () => new Date(0);
const changeTo = (...labels: string[]) => ({
  ...{ object, content: { status: 'tagged' as const, tags: labels.map(tag) }, eventTime: '' },
});

let table: InMemoryTable;
beforeEach(() => {
  table = inMemoryTable();
});
const labels = () =>
  table.items().flatMap(({ PK, label }) => (String(PK).startsWith('LABEL#') ? [label] : []));

/** The table with a writer that is faster at each put of the record. */
function lostTo(onLost: () => void): TagTable {
  return {
    ...table,
    async write(request) {
      if (request.kind !== 'put' || request.Item.SK !== 'IMAGE') return table.write(request);
      onLost();
      return false;
    },
  };
}

describe('the writes of an update', () => {
  it('are one for each tag and one for the record, where nothing is superseded', async () => {
    let writes = 0;
    const counted: TagTable = {
      ...table,
      write: (request) => {
        writes += 1;
        return table.write(request);
      },
    };
    await updateRecord(object, () => ({ change: changeTo('cat', 'dog') }), { table: counted, now });
    expect(writes).toBe(3);
    await updateRecord(object, () => ({}), { table: counted, now });
    expect(writes).toBe(3);
  });

  it('remove what an earlier writer noted as superseded, where nothing is left to write', async () => {
    const { content, eventTime } = changeTo('cat');
    const record = nextImageRecord(undefined, object, content, {
      ...{ eventTime, now: now(), lostTags: [tag('dog')] },
    });
    for (const each of [tag('cat'), tag('dog')]) await table.write(putLabelEntry(record, each));
    await table.write(putImageRecord(record));
    await updateRecord(object, () => ({}), { table, now });
    expect(labels()).toEqual(['cat']);
    expect(await readRecord(object, table)).toMatchObject({ supersededTags: [] });
  });

  it('remove the entries of a lost attempt even where the record has gone since', async () => {
    let isLost = false;
    const expiring = lostTo(() => {
      isLost = true;
    });
    const decide = () => (isLost ? {} : { change: changeTo('cat') });
    expect(await updateRecord(object, decide, { table: expiring, now })).toEqual({
      decision: {},
      previous: undefined,
      record: undefined,
    });
    expect(labels()).toEqual([]);
  });

  it('reject with the name of the image after too many lost attempts', async () => {
    const decide = () => ({ change: changeTo('cat') });
    await expect(updateRecord(object, decide, { table: lostTo(() => {}), now })).rejects.toMatchObject({
      code: 'contended',
      message: `Lost ${MAXIMUM_ATTEMPTS} writes of photos/a.jpg in a row`,
    });
  });
});

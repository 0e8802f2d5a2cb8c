import { expect, it } from 'vitest';
import { attemptLog, queryListedNotes } from '../../../../functions/core/records/attempts.ts';
import type { ImageContent } from '../../../../functions/core/records/image-record.ts';
import {
  isConfirmedBy,
  labelEntryOf,
  queryLabelEntries,
} from '../../../../functions/core/records/label-entries.ts';
import { readRecord } from '../../../../functions/core/records/record-commit.ts';
import { updateRecord } from '../../../../functions/core/records/record-update.ts';
import type { Item, TagTable } from '../../../../functions/core/records/tag-table.ts';
import { startRepair } from '../../../../functions/local/repair/repair.ts';
import { inMemoryTable } from '../../core/in-memory-table.ts';

const table = inMemoryTable();

const LABELS = ['cat', 'dog', 'fox'];
const now = () => new Date('2026-11-30T00:00:00.000Z');
const tagged = (score: number): ImageContent => ({
  status: 'tagged',
  tags: LABELS.map((label) => ({ set: 'things', label, score })),
});
const DELETED: ImageContent = { status: 'deleted', tags: [] };

/** What an event of an image writes, as the pipeline on one machine does. */
async function record(key: string, event: number, content: ImageContent, to: TagTable): Promise<void> {
  const object = { bucket: 'photos', key, eTag: `e${event}`, sequencer: `${event}`.padEnd(32, '0') };
  const attempts = attemptLog(object, `event ${event}`, { table: to, now, removesNotes: true });
  const change = { object, content, eventTime: now().toISOString() };
  await updateRecord(object, () => ({ change }), { table: to, now, attempts });
}

class Died extends Error {}

/** The same table for a process that dies before its next write after so many. */
function dyingAfter(writes: number): TagTable {
  let left = writes;
  return {
    ...table,
    write: async (request) => {
      if (left-- <= 0) throw new Died();
      return table.write(request);
    },
  };
}

/** The start after a crash, with a queue that has lost every message. */
function repairOfLostQueue() {
  const queue = {
    bodies: () => [],
    counts: () => ({ visible: 0, inFlight: 0, deadLetters: 0 }),
    deadLetters: () => [],
  };
  const s3 = {
    recovered: { restored: 0, dropped: 0 },
    notifyingBuckets: async () => [],
    toldObjects: async function* () {},
    tellAgain: async () => {},
  };
  return startRepair({ s3, queue, table, stores: [] });
}

async function entriesOf(key: string) {
  const entries = await Promise.all(LABELS.map((label) => all(queryLabelEntries('things', label))));
  return entries
    .flat()
    .map(labelEntryOf)
    .filter((entry) => entry.key === key);
}

async function all(request: ReturnType<typeof queryLabelEntries>): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const page of table.query(request)) items.push(...page);
  return items;
}

async function stale(key: string): Promise<number> {
  const entries = await entriesOf(key);
  const current = await readRecord({ bucket: 'photos', key }, table);
  return entries.filter((entry) => !isConfirmedBy(current, entry)).length;
}

it.each([
  ['another picture', tagged(0.25), 'e2'],
  ['a deletion', DELETED, 'e2'],
])(
  'a run that records %s and dies anywhere leaves no stale entry, though its event is lost',
  async (name, content, eTag) => {
    const staleAtCrash: number[] = [];
    for (let writes = 0; ; writes++) {
      const key = `${name} after ${writes} writes`;
      await record(key, 1, tagged(0.5), table);
      const hasDied = await record(key, 2, content, dyingAfter(writes)).then(
        () => false,
        (error) => error instanceof Died,
      );
      staleAtCrash.push(await stale(key));
      const repair = repairOfLostQueue();
      await repair.mend();

      expect((await repair.compare(AbortSignal.timeout(10_000))).entriesRemoved).toBe(staleAtCrash.at(-1));
      expect(await stale(key)).toBe(0);
      expect(await all(queryListedNotes())).toEqual([]);
      const current = await readRecord({ bucket: 'photos', key }, table);
      expect(current?.supersededTags).toEqual([]);
      expect(await entriesOf(key)).toHaveLength(current?.tags.length ?? 0);
      if (!hasDied) {
        expect(current?.eTag).toBe(eTag);
        break;
      }
    }
    // Otherwise nothing was tried.
    expect(Math.max(...staleAtCrash)).toBe(LABELS.length);
  },
);

it('a run that dies before the first record of its image leaves no entry', async () => {
  await expect(record('new.jpg', 1, tagged(0.5), dyingAfter(3))).rejects.toThrow(Died);
  expect(await entriesOf('new.jpg')).toHaveLength(2);
  await repairOfLostQueue().mend();
  expect(await entriesOf('new.jpg')).toEqual([]);
});

it('a start leaves the entries alone that records rely on, and lets the event come again', async () => {
  await record('again.jpg', 1, tagged(0.5), table);
  await expect(record('again.jpg', 2, tagged(0.5), dyingAfter(2))).rejects.toThrow(Died);
  await repairOfLostQueue().mend();
  expect(await entriesOf('again.jpg')).toHaveLength(LABELS.length);
  await record('again.jpg', 2, tagged(0.75), table);
  expect(await stale('again.jpg')).toBe(0);
  expect(await all(queryListedNotes())).toEqual([]);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { eventsOf } from '../../core/objects/event.ts';
import { acceptEveryUpload, accepts, fixedWidthSequencer } from '../../core/objects/object.ts';
import { imageKey } from '../../core/records/image-record.ts';
import type { ScannableTable } from '../../core/records/tag-table.ts';
import type { OpenQueue } from '../queue/contract.ts';
import type { S3Endpoint } from '../s3-endpoint/s3-endpoint.ts';
import { damageOf, forgetDamage } from '../store/damage.ts';
import { compareIndex, type KeyState, recordsOf, type Statuses } from './index-comparison.ts';
import { settleLeftAttempts } from './left-attempts.ts';
import { type MendedTable, mendTable } from './mended-table.ts';

export interface RepairParts {
  readonly s3: Pick<S3Endpoint, 'recovered' | 'notifyingBuckets' | 'toldObjects' | 'tellAgain'>;
  readonly queue: Pick<OpenQueue, 'bodies' | 'counts' | 'deadLetters'>;
  readonly table: ScannableTable;
  /** The folders of all stores. */
  readonly stores: readonly string[];
}

/** What was lost, and what has been done about it. */
export interface Repairs extends MendedTable {
  /** What LevelDB found damaged. */
  readonly damage: readonly string[];
  /** Objects whose metadata was restored from their files, or dropped because their files are gone. */
  readonly restored: number;
  readonly dropped: number;
  /** Objects whose record was missing or of another state: sent to the queue. */
  readonly missing: number;
  /** Records of objects that are gone: their removal was sent to the queue. */
  readonly gone: number;
}

export interface Repair {
  /** Mends what only works while nobody writes: to be awaited before the first message is worked on. */
  mend(): Promise<void>;
  /** Compares buckets and table and sends what is missing, beside all other work. */
  compare(signal: AbortSignal): Promise<Repairs>;
}

/** While so many messages wait, no more are sent: uploads wait behind them for a second or two. */
const MAXIMUM_WAITING = 100;
const PAUSE_MILLISECONDS = 50;

/**
 * Makes up for writes that a power cut or a damaged disk has taken. All that the table says follows from the objects in
 * the buckets, so the two are compared at each start. A queue that has lost messages tells nobody, so what runs have left
 * undone is done by their notes. Where LevelDB has found damage, writes in the midst of others may be missing, and the
 * table's own parts are compared as well.
 */
export function startRepair(parts: RepairParts): Repair {
  let mended: MendedTable = { entriesAdded: 0, entriesRemoved: 0, indexed: 0 };
  return {
    async mend() {
      const removed = await settleLeftAttempts(parts.table);
      if ((await allDamage(parts)).length > 0) mended = await mendTable(parts.table);
      mended = { ...mended, entriesRemoved: mended.entriesRemoved + removed };
    },
    async compare(signal) {
      let found: Compared = { missing: 0, gone: 0, indexed: mended.indexed };
      for (const bucket of await parts.s3.notifyingBuckets()) {
        const { missing, gone, indexed } = await compareBucket(bucket, parts, signal);
        found = {
          missing: found.missing + missing,
          gone: found.gone + gone,
          indexed: found.indexed + indexed,
        };
      }
      const damage = await allDamage(parts);
      for (const store of parts.stores) await forgetDamage(store);
      const { restored, dropped } = parts.s3.recovered;
      return { damage, restored, dropped, ...mended, ...found };
    },
  };
}

async function allDamage({ stores }: RepairParts): Promise<readonly string[]> {
  return (await Promise.all(stores.map(damageOf))).flat();
}

type Compared = Pick<Repairs, 'missing' | 'gone' | 'indexed'>;

async function compareBucket(bucket: string, parts: RepairParts, signal: AbortSignal): Promise<Compared> {
  const { s3, table } = parts;
  const tell = teller(parts, signal);
  const statuses: Statuses = new Map();
  let missing = 0;
  for await (const page of s3.toldObjects(bucket)) {
    for (const { key } of page) statuses.set(key, undefined);
    const objects = page
      .filter((object) => accepts(acceptEveryUpload, object))
      .map((object) => ({ ...object, sequencer: fixedWidthSequencer(object.sequencer) }));
    const recordOf = await recordsOf(objects, table);
    for (const { key, status } of recordOf.values()) statuses.set(key, status);
    const isRecorded = (object: (typeof objects)[number]) => {
      const record = recordOf.get(imageKey(object).PK);
      return record !== undefined && record.status !== 'deleted' && record.eTag === object.eTag;
    };
    missing += await tell(objects.filter((object) => !isRecorded(object)));
  }
  const { gone, indexed } = await compareIndex(bucket, statuses, table, tell);
  return { missing, gone, indexed };
}

/**
 * Tells of those states for which no message waits and none has been given up; gives their number. A message of an earlier
 * event, when the key last was in the same state, does not count: it would change nothing.
 */
function teller({ s3, queue }: RepairParts, signal: AbortSignal) {
  return async (objects: readonly KeyState[]): Promise<number> => {
    signal.throwIfAborted();
    if (objects.length === 0) return 0;
    while (queue.counts().visible >= MAXIMUM_WAITING) await sleep(PAUSE_MILLISECONDS, undefined, { signal });
    const waiting = waitingStates(queue);
    const untold = objects.filter((object) => (waiting.get(identity(object)) ?? '') < object.sequencer);
    await Promise.all(untold.map((object) => s3.tellAgain(object)));
    return untold.length;
  };
}

/** Events that are ordered by a look at the object come after all others. */
const BY_LOOK = 'later';

/** The states that messages tell of, each with the sequencer of its last event. */
function waitingStates(queue: RepairParts['queue']): ReadonlyMap<string, string> {
  const states = new Map<string, string>();
  const bodies = [...queue.bodies(), ...queue.deadLetters().map(({ body }) => body)];
  for (const event of bodies.flatMap(eventsOf)) {
    if (event.kind === 'ignored' || event.kind === 'faulty') continue;
    const state = identity(event.kind === 'removed' ? { ...event.object, eTag: undefined } : event.object);
    const sequencer = 'sequencer' in event.object ? event.object.sequencer : BY_LOOK;
    if ((states.get(state) ?? '') < sequencer) states.set(state, sequencer);
  }
  return states;
}

function identity({ bucket, key, eTag = '' }: Omit<KeyState, 'sequencer'>): string {
  return JSON.stringify([bucket, key, eTag]);
}

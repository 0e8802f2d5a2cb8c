import type { Scheduler } from 'fast-check';
import { CliptagError } from '../../../functions/core/errors.ts';
import { eventsOf, type ObjectEvent } from '../../../functions/core/objects/event.ts';
import { listedObjectBody } from '../../../functions/core/objects/listed-object.ts';
import { fixedWidthSequencer } from '../../../functions/core/objects/object.ts';
import type { ObjectStore } from '../../../functions/core/objects/object-store.ts';
import type { CorrectionChange } from '../../../functions/core/records/changed-corrections.ts';
import { correctImage } from '../../../functions/core/records/correct-image.ts';
import { findImages, type LabelQuery } from '../../../functions/core/records/find-images.ts';
import { imageKey } from '../../../functions/core/records/image-record.ts';
import type { PrimaryKey, ScannableTable, TagTable } from '../../../functions/core/records/tag-table.ts';
import { tellResult } from '../../../functions/core/results/result-channels.ts';
import type { ResultEvent, ResultEvents } from '../../../functions/core/results/result-event.ts';
import { retag } from '../../../functions/core/retag/retag.ts';
import { tagImage } from '../../../functions/core/tagging/tag-image.ts';
import { bytesOfContent, fakeRetagger, fakeTagger, type TaggerName } from './fake-taggers.ts';
import { type BucketChange, type InMemoryBucket, inMemoryBucket } from './in-memory-bucket.ts';
import { inMemoryTable } from './in-memory-table.ts';
import {
  type Fault,
  FunctionProcess,
  handled,
  ServiceFault,
  scheduled,
  slowReads,
  startRun,
  type TaggingRun,
} from './tagging-run.ts';
import { collected, TruthKeeper } from './truth-keeper.ts';

export interface Attempt {
  readonly tagger: TaggerName;
  readonly fault?: Fault | undefined;
}

/** One message: delivered after some steps, and again until an attempt at it succeeds. */
export interface Delivery {
  readonly delay: number;
  /** Number of the process of the function that works on it, with other deliveries. @default one of its own */
  readonly process?: number | undefined;
  readonly attempts: readonly Attempt[];
  readonly lastTagger: TaggerName;
}

export interface Scenario {
  readonly versioned: boolean;
  readonly objects: ReadonlyArray<{
    readonly key: string;
    /** The content that it had before events were sent. @default none */
    readonly unheard?: number | undefined;
    /** Several deliveries of one change are duplicates, at the same time or much later. */
    readonly changes: ReadonlyArray<{
      /** Steps before the change. */
      readonly pause: number;
      /**
       * Whether a month passes before the change, after which all earlier messages are gone and DynamoDB removes a
       * tombstone at any moment. @default false
       */
      readonly isMuchLater?: boolean;
      readonly change: BucketChange;
      readonly deliveries: readonly Delivery[];
    }>;
  }>;
  /** Label sets change, and all images of the bucket are retagged, again until a run succeeds. */
  readonly retags: readonly Delivery[];
  /** Labels of images are corrected, again until it succeeds or there is nothing to be corrected. @default [] */
  readonly corrections?: ReadonlyArray<{
    readonly key: string;
    readonly change: CorrectionChange;
    readonly delivery: Delivery;
  }>;
  /** The bucket is listed, and every listed object is delivered as such. @default [] */
  readonly listings?: ReadonlyArray<{ readonly pause: number; readonly deliveries: readonly Delivery[] }>;
  readonly queries: ReadonlyArray<{
    readonly delay: number;
    readonly query: LabelQuery;
    /** Number of the read that fails, whereupon the query is asked again. @default none */
    readonly failsAt?: number | undefined;
  }>;
  /** How many writes eventually consistent reads are behind, in turns; see `in-memory-table.ts`. @default none */
  readonly lags?: readonly number[];
}

export interface WorldOptions {
  /** @default `photos` */
  readonly bucketName?: string;
  /** Removes an item whose time to live has passed; false when it has not. @default no item is ever removed */
  readonly expire?: (key: PrimaryKey, nowSeconds: number) => boolean;
  /** The table as runs and queries see it; the truth is read from the table itself. @default the table */
  readonly seenThrough?: (table: ScannableTable) => ScannableTable;
  /** The table as runs and queries use it, above their steps; that of a tagger as its deployment has it. @default as it is */
  readonly placing?: <Seen extends TagTable>(table: Seen, tagger?: TaggerName) => Seen;
  /** The function that tells results. @default tellResult */
  readonly tell?: typeof tellResult;
  /** The bucket as runs see it. @default the bucket */
  readonly objectsThrough?: (objects: ObjectStore) => ObjectStore;
}

/** What has become of a scenario. */
export interface Course {
  readonly truth: TruthKeeper;
  readonly bucket: InMemoryBucket;
  /** Names of the thumbnails that are kept. */
  readonly thumbnails: ReadonlySet<string>;
  /** In the order in which they were sent. */
  readonly published: readonly ResultEvent[];
  /** Events sent by runs that another event had superseded. */
  readonly supersededEvents: readonly ResultEvent[];
  /** Keys of entries put by runs that were cut short before they put their image record, or put late. */
  readonly unfinishedEntries: ReadonlySet<string>;
  /** Entries of which a copy came late. */
  readonly lateEntries: ReadonlySet<string>;
  /** Keys of images whose tombstones DynamoDB has removed, with no event since. */
  readonly expired: ReadonlySet<string>;
  readonly runs: number;
  readonly writes: number;
}

/** Fewer than an image can have tags. */
export const OBJECT_TAG_LIMIT = 2;

/** Longer than any message is kept, and than a tombstone. */
const MONTH_SECONDS = 31 * 24 * 60 * 60;

/** A message that fails more often than this has found a fault of the program. */
const MAXIMUM_DELIVERIES = 20;

/** A table that is as hard on its readers as DynamoDB may be: replicas lag until they catch up, pages are small. */
export function hardTable({ lags = [] }: Scenario) {
  let reads = 0;
  let isBehind = true;
  const lag = () => (isBehind && lags[reads++ % lags.length]) || 0;
  const table = inMemoryTable({ lag, pageSize: 2 });
  const catchUp = () => {
    isBehind = false;
  };
  return { table, expire: table.expire, catchUp };
}

/**
 * Plays a scenario: every call of a port, by any run or query, is one step, and the scheduler picks which of the
 * pending ones is next. After every write the answers to label queries are compared with the image records.
 */
export async function play(
  scenario: Scenario,
  scheduler: Scheduler,
  table: ScannableTable,
  {
    bucketName = 'photos',
    expire = () => false,
    seenThrough = (seen) => seen,
    placing = (placed) => placed,
    objectsThrough = (objects) => objects,
    tell = tellResult,
  }: WorldOptions = {},
): Promise<Course> {
  const bucket = inMemoryBucket(bucketName, { versioned: scenario.versioned, bytesOf: bytesOfContent });
  const seen = seenThrough(table);
  const objects = objectsThrough(bucket.objects);
  const truth = new TruthKeeper(table, placing(seen), bucketName);
  const thumbnails = new Map<string, Uint8Array>();
  const published: ResultEvent[] = [];
  const supersededEvents: ResultEvent[] = [];
  const cutShort: TaggingRun[] = [];
  const deliveries: Promise<void>[] = [];
  const deliveriesOf = new Map<string, Promise<void>[]>();
  const processes = new Map<number, FunctionProcess>();
  const expired = new Set<string>();
  let runs = 0;
  let writes = 0;
  let clockSeconds = 0;
  const now = () => new Date(clockSeconds * 1_000);
  const checkedTable = (change?: CorrectionChange): ScannableTable => ({
    ...seen,
    async write(request) {
      writes++;
      const written = await seen.write(request);
      await truth.check(request, change);
      return written;
    },
  });

  const ports = {
    objects,
    objectTags: bucket.objectTags,
    thumbnails: {
      put: async (name: string, webp: Uint8Array) => void thumbnails.set(name, webp),
      delete: async (name: string) => void thumbnails.delete(name),
      get: async (name: string) => thumbnails.get(name),
    },
    table: checkedTable(),
    events: { publish: async (event: ResultEvent) => void published.push(event) },
  };

  async function bringToEnd(
    what: string,
    { delay, attempts, lastTagger, process: processNumber }: Delivery,
    work: (tagger: TaggerName, run: TaggingRun) => Promise<unknown>,
    through: typeof ports = ports,
  ): Promise<void> {
    await passSteps(scheduler, delay);
    for (let number = 0; number < MAXIMUM_DELIVERIES; number++) {
      runs++;
      const { tagger, fault } = attempts[number] ?? { tagger: lastTagger, fault: undefined };
      const process = livingProcess(processNumber);
      const run = startRun(scheduler, through, fault, process);
      const completed = await Promise.race([complete(work(tagger, run)), process.crashed]);
      if (!completed || fault?.kind === 'repeated-late') cutShort.push(run);
      await run.lateWrites();
      if (completed) return;
    }
    throw new Error(`${what} has not come to its end after ${MAXIMUM_DELIVERIES} attempts`);
  }

  /** A process that has crashed is replaced by another. */
  function livingProcess(number: number | undefined): FunctionProcess {
    const known = number === undefined ? undefined : processes.get(number);
    if (known && !known.isDead) return known;
    const process = new FunctionProcess();
    if (number !== undefined) processes.set(number, process);
    return process;
  }

  const deliver = (event: ObjectEvent, delivery: Delivery) =>
    bringToEnd(event.object.key, delivery, async (tagger, run) => {
      const outcome = await tagImage(event, {
        ...fakeTagger(tagger, { ...run, table: placing(run.table, tagger) }),
        now,
      });
      const publish: ResultEvents['publish'] = (result) => {
        if (outcome.result === 'superseded') supersededEvents.push(result);
        return run.events.publish(result);
      };
      const objectTags = { store: run.objectTags, limit: OBJECT_TAG_LIMIT };
      await tell(outcome, { events: { publish }, objectTags }, run.table);
    });

  const retagBucket = (delivery: Delivery) =>
    bringToEnd('retag', delivery, (tagger, run) =>
      retag({ ...fakeRetagger(tagger, placing(run.table, tagger)), now }, { bucket: bucketName }),
    );

  const correct = ({ key, change, delivery }: NonNullable<Scenario['corrections']>[number]) =>
    bringToEnd(
      'correct',
      delivery,
      async (_, run) => {
        const through = { table: placing(run.table), now };
        const corrected = await correctImage({ bucket: bucketName, key }, change, through);
        truth.checkCorrected(corrected, change);
      },
      { ...ports, table: checkedTable(change) },
    ).catch((error: unknown) => {
      if (!isNothingToCorrect(error)) throw error;
    });

  async function own({ key, changes }: Scenario['objects'][number]): Promise<void> {
    for (const { pause, isMuchLater, change, deliveries: each } of changes) {
      await passSteps(scheduler, pause);
      if (isMuchLater) await passMonth(key);
      const body = await scheduled(scheduler, change.kind, async () => {
        const notification = bucket.change(key, change);
        if (notification) expired.delete(key);
        return notification;
      });
      if (body) deliverAll(body, each);
    }
  }

  /** Goes on at once when the earlier messages are gone, and leaves the removal of a tombstone to a later step. */
  async function passMonth(key: string): Promise<void> {
    await Promise.all(deliveriesOf.get(key) ?? []);
    const newest = bucket.newestSequencer(key);
    clockSeconds += MONTH_SECONDS;
    const removal = scheduled(scheduler, 'expire', async () => {
      // The messages of a tombstone that has been written since are not gone, whatever months have passed for other keys.
      if (truth.record(key)?.sequencer !== fixedWidthSequencer(newest ?? '')) return;
      if (!expire(imageKey({ bucket: bucketName, key }), clockSeconds)) return;
      truth.forget(key);
      if (bucket.newestSequencer(key) === newest) expired.add(key);
    });
    deliveries.push(handled(removal));
  }

  function deliverAll(body: string, each: readonly Delivery[]): void {
    for (const event of eventsOf(body)) {
      if (!('object' in event)) throw new Error(`Expected an object's event but received ${event.kind}`);
      const begun = each.map((delivery) => handled(deliver(event, delivery)));
      deliveries.push(...begun);
      const { key } = event.object;
      deliveriesOf.set(key, [...(deliveriesOf.get(key) ?? []), ...begun]);
    }
  }

  async function list({ pause, deliveries: each }: NonNullable<Scenario['listings']>[number]): Promise<void> {
    await passSteps(scheduler, pause);
    const listed = await scheduled(scheduler, 'list', async () => bucket.listing());
    for (const object of listed) deliverAll(listedObjectBody(object), each);
  }

  async function ask({ delay, query, failsAt }: Scenario['queries'][number]): Promise<void> {
    await passSteps(scheduler, delay);
    const asked = { ...query, bucket: bucketName };
    for (const failing of [failsAt, undefined]) {
      const started = truth.now();
      try {
        const answer = await collected(findImages(asked, placing(slowReads(scheduler, seen, failing))));
        return truth.checkAnswer(answer, asked, started);
      } catch (error) {
        if (!(error instanceof ServiceFault)) throw error;
      }
    }
  }

  for (const { key, unheard } of scenario.objects) {
    if (unheard !== undefined) bucket.putUnheard(key, unheard);
  }
  const actors = [
    ...scenario.objects.map(own),
    ...(scenario.listings ?? []).map(list),
    ...scenario.queries.map(ask),
    ...scenario.retags.map(retagBucket),
    ...(scenario.corrections ?? []).map(correct),
  ];
  await playedOut(scheduler, finished(actors));
  await playedOut(scheduler, finished(deliveries));
  // Writes of a failed run may still be under way.
  await playedOut(scheduler);
  const unfinishedEntries = new Set(cutShort.flatMap((run) => run.unconfirmedEntries()));
  const lateEntries = new Set(cutShort.flatMap((run) => run.lateEntries()));
  const entries = { unfinishedEntries, lateEntries };
  const kept = new Set(thumbnails.keys());
  return { truth, bucket, thumbnails: kept, published, supersededEvents, ...entries, expired, runs, writes };
}

/** True when the work succeeded; false when it is to be done again (its message goes back to the queue). */
async function complete(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof ServiceFault || (error instanceof CliptagError && error.retryable)) return false;
    throw error;
  }
}

function isNothingToCorrect(error: unknown): boolean {
  return error instanceof CliptagError && ['no-image', 'not-tagged'].includes(error.code);
}

async function passSteps(scheduler: Scheduler, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) await scheduled(scheduler, 'wait', async () => {});
}

/**
 * Takes one step after the other, each when the one before has had all its consequences, until the work is done, or
 * without one until there is no step left. The scheduler's own waiting gives each step fifty turns of the microtask
 * queue instead, which is most of what a scenario costs.
 */
async function playedOut(scheduler: Scheduler, work?: Promise<void>): Promise<void> {
  let isDone = false;
  const done = work?.finally(() => {
    isDone = true;
  });
  done?.catch(() => {});
  for (;;) {
    // Comes when there is no microtask left.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    if (isDone) break;
    if (scheduler.count() > 0) await scheduler.waitOne();
    else if (work) await new Promise(setImmediate);
    else break;
  }
  await done;
}

/** Waits for all promises, so that a failure leaves none of them unhandled. */
async function finished(actors: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(actors)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

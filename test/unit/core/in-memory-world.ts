import type { Scheduler } from 'fast-check';
import { CliptagError } from '../../../functions/core/errors.ts';
import { eventsOf, type ObjectEvent } from '../../../functions/core/objects/event.ts';
import { listedObjectBody } from '../../../functions/core/objects/listed-object.ts';
import type { ObjectStore } from '../../../functions/core/objects/object-store.ts';
import { findImages, type LabelQuery } from '../../../functions/core/records/find-images.ts';
import type { ScannableTable } from '../../../functions/core/records/tag-table.ts';
import { tellResult } from '../../../functions/core/results/result-channels.ts';
import type { ResultEvent, ResultEvents } from '../../../functions/core/results/result-event.ts';
import { retag } from '../../../functions/core/retag/retag.ts';
import { tagImage } from '../../../functions/core/tagging/tag-image.ts';
import { bytesOfContent, fakeRetagger, fakeTagger, type TaggerName } from './fake-taggers.ts';
import { type BucketChange, type InMemoryBucket, inMemoryBucket } from './in-memory-bucket.ts';
import {
  type Fault,
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
      readonly change: BucketChange;
      readonly deliveries: readonly Delivery[];
    }>;
  }>;
  /** Label sets change, and all images of the bucket are retagged, again until a run succeeds. */
  readonly retags: readonly Delivery[];
  /** The bucket is listed, and every listed object is delivered as such. @default [] */
  readonly listings?: ReadonlyArray<{ readonly pause: number; readonly deliveries: readonly Delivery[] }>;
  readonly queries: ReadonlyArray<{ readonly delay: number; readonly query: LabelQuery }>;
}

export interface WorldOptions {
  /** @default `photos` */
  readonly bucketName?: string;
  /** The table as runs and queries see it; the truth is read from the table itself. @default the table */
  readonly seenThrough?: (table: ScannableTable) => ScannableTable;
  /** The function that tells results. @default tellResult */
  readonly tell?: typeof tellResult;
  /** The bucket as runs see it. @default the bucket */
  readonly objectsThrough?: (objects: ObjectStore) => ObjectStore;
}

/** What has become of a scenario. */
export interface Course {
  readonly truth: TruthKeeper;
  readonly bucket: InMemoryBucket;
  /** In the order in which they were sent. */
  readonly published: readonly ResultEvent[];
  /** Events sent by runs that another event had superseded. */
  readonly supersededEvents: readonly ResultEvent[];
  /** Keys of entries put by runs that were cut short before they put their image record. */
  readonly unfinishedEntries: ReadonlySet<string>;
  readonly runs: number;
  readonly writes: number;
}

/** Fewer than an image can have tags. */
export const OBJECT_TAG_LIMIT = 2;

/** A message that fails more often than this has found a fault of the program. */
const MAXIMUM_DELIVERIES = 20;

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
    seenThrough = (seen) => seen,
    objectsThrough = (objects) => objects,
    tell = tellResult,
  }: WorldOptions = {},
): Promise<Course> {
  const bucket = inMemoryBucket(bucketName, { versioned: scenario.versioned, bytesOf: bytesOfContent });
  const seen = seenThrough(table);
  const objects = objectsThrough(bucket.objects);
  const truth = new TruthKeeper(table, seen, bucketName);
  const published: ResultEvent[] = [];
  const supersededEvents: ResultEvent[] = [];
  const cutShort: TaggingRun[] = [];
  const deliveries: Promise<void>[] = [];
  let runs = 0;
  let writes = 0;
  const checkedTable: ScannableTable = {
    ...seen,
    async write(request) {
      writes++;
      const written = await seen.write(request);
      await truth.check(request);
      return written;
    },
  };

  const ports = {
    objects,
    objectTags: bucket.objectTags,
    table: checkedTable,
    events: { publish: async (event: ResultEvent) => void published.push(event) },
  };

  async function bringToEnd(
    what: string,
    { delay, attempts, lastTagger }: Delivery,
    work: (tagger: TaggerName, run: TaggingRun) => Promise<unknown>,
  ): Promise<void> {
    await passSteps(scheduler, delay);
    for (let number = 0; number < MAXIMUM_DELIVERIES; number++) {
      runs++;
      const { tagger, fault } = attempts[number] ?? { tagger: lastTagger, fault: undefined };
      const run = startRun(scheduler, ports, fault);
      const completed = await Promise.race([complete(work(tagger, run)), run.crashed]);
      if (completed) return;
      cutShort.push(run);
      await run.lateWrites();
    }
    throw new Error(`${what} has not come to its end after ${MAXIMUM_DELIVERIES} attempts`);
  }

  const deliver = (event: ObjectEvent, delivery: Delivery) =>
    bringToEnd(event.object.key, delivery, async (tagger, run) => {
      const outcome = await tagImage(event, fakeTagger(tagger, run));
      const publish: ResultEvents['publish'] = (result) => {
        if (outcome.result === 'superseded') supersededEvents.push(result);
        return run.events.publish(result);
      };
      const objectTags = { store: run.objectTags, limit: OBJECT_TAG_LIMIT };
      await tell(outcome, { events: { publish }, objectTags }, run.table);
    });

  const retagBucket = (delivery: Delivery) =>
    bringToEnd('retag', delivery, (tagger, run) =>
      retag(fakeRetagger(tagger, run.table), { bucket: bucketName }),
    );

  async function own({ key, changes }: Scenario['objects'][number]): Promise<void> {
    for (const { pause, change, deliveries: each } of changes) {
      await passSteps(scheduler, pause);
      const body = await scheduled(scheduler, change.kind, async () => bucket.change(key, change));
      if (body) deliverAll(body, each);
    }
  }

  function deliverAll(body: string, each: readonly Delivery[]): void {
    for (const event of eventsOf(body)) {
      if (!('object' in event)) throw new Error(`Expected an object's event but received ${event.kind}`);
      deliveries.push(...each.map((delivery) => handled(deliver(event, delivery))));
    }
  }

  async function list({ pause, deliveries: each }: NonNullable<Scenario['listings']>[number]): Promise<void> {
    await passSteps(scheduler, pause);
    const listed = await scheduled(scheduler, 'list', async () => bucket.listing());
    for (const object of listed) deliverAll(listedObjectBody(object), each);
  }

  async function ask({ delay, query }: Scenario['queries'][number]): Promise<void> {
    await passSteps(scheduler, delay);
    const started = truth.now();
    const asked = { ...query, bucket: bucketName };
    truth.checkAnswer(await collected(findImages(asked, slowReads(scheduler, seen))), asked, started);
  }

  for (const { key, unheard } of scenario.objects) {
    if (unheard !== undefined) bucket.putUnheard(key, unheard);
  }
  const actors = [
    ...scenario.objects.map(own),
    ...(scenario.listings ?? []).map(list),
    ...scenario.queries.map(ask),
    ...scenario.retags.map(retagBucket),
  ];
  await playedOut(scheduler, finished(actors));
  await playedOut(scheduler, finished(deliveries));
  // Writes of a failed run may still be under way.
  await playedOut(scheduler);
  const unfinishedEntries = new Set(cutShort.flatMap((run) => run.unconfirmedEntries()));
  return { truth, bucket, published, supersededEvents, unfinishedEntries, runs, writes };
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

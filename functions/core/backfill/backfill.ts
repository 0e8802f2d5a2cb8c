import { CliptagError } from '../errors.ts';
import { type ListedObject, listedObjectBody } from '../objects/listed-object.ts';
import { accepts, type UploadFilter } from '../objects/object.ts';
import { imageKey, imageRecordOf, readImageAttributes } from '../records/image-record.ts';
import { MAXIMUM_BATCH_KEYS, type TagTable } from '../records/tag-table.ts';
import { isSettled, SETTLING_ATTRIBUTES, type TaggerIdentity } from '../tagging/tagger-identity.ts';
import { MESSAGES_PER_REQUEST, type MessageQueue, type QueueState } from './message-queue.ts';

/** Decides which listed objects are still to be tagged. */
export interface BackfillSelection {
  readonly filter: UploadFilter;
  readonly identity: TaggerIdentity;
  readonly table: Pick<TagTable, 'readBatch'>;
}

/** Listed objects, by what a backfill does about them. */
export interface SelectedObjects {
  readonly wanted: readonly ListedObject[];
  /** Their records say already what the tagger would say. */
  readonly settled: readonly ListedObject[];
  /** The upload filter does not let them pass. */
  readonly leftOut: readonly ListedObject[];
}

/**
 * Sorts listed objects by what is to be done about them. Their records are read eventually consistent, at half the
 * price: a record that is behind mostly sends an object once more, which the tagger then finds unchanged. Only one that
 * another tagger, of an older deployment, overwrites within the same second may be taken for settled, as it would be a
 * second earlier: backfill again once the older functions have ended.
 */
export async function selectObjects(
  objects: readonly ListedObject[],
  selection: BackfillSelection,
): Promise<SelectedObjects> {
  const { filter, identity, table } = selection;
  const accepted = objects.filter((object) => accepts(filter, object));
  const batches = Array.from({ length: Math.ceil(accepted.length / MAXIMUM_BATCH_KEYS) }, (_, i) =>
    accepted.slice(i * MAXIMUM_BATCH_KEYS, (i + 1) * MAXIMUM_BATCH_KEYS),
  );
  const items = await Promise.all(
    batches.map((batch) => table.readBatch(readImageAttributes(batch, SETTLING_ATTRIBUTES))),
  );
  const recordOf = new Map(
    items
      .flat()
      .map(imageRecordOf)
      .map((record) => [imageKey(record).PK, record]),
  );
  const isDone = (object: ListedObject) => {
    const record = recordOf.get(imageKey(object).PK);
    return record !== undefined && isSettled(record, object, identity);
  };
  return {
    wanted: accepted.filter((object) => !isDone(object)),
    settled: accepted.filter(isDone),
    leftOut: objects.filter((object) => !accepts(filter, object)),
  };
}

/** All that feeding the queue needs. */
export interface Feeder extends BackfillSelection {
  readonly queue: MessageQueue;
  /** While the queue has this many messages, or more, nothing is sent: uploads would have to wait behind them. */
  readonly maximumDepth: number;
  /** Dead letters before the backfill began. @default none are looked at */
  readonly deadLettersBefore?: number | undefined;
  /** Maximum rate, above 0. */
  readonly objectsPerSecond: number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
}

/** Numbers of the listed objects in a batch that were sent, settled already, or left out by the filter. */
export interface FeedCounts {
  readonly sent: number;
  readonly settled: number;
  readonly leftOut: number;
}

/**
 * Dead letters that a backfill may bring without being stopped: a few objects may have something of their own that fails
 * every time, an outage has all of them fail.
 */
const TOLERATED_DEAD_LETTERS = 20;

/** Messages of the backfill, or uploads beside it, fail every time: more of them would only fail as well. */
export class DeadLettersGrow extends CliptagError {
  constructor(before: number, now: number) {
    super(
      'dead-letters-grow',
      `Expected at most ${TOLERATED_DEAD_LETTERS} more dead letters than the ${before} before the backfill but there are ${now}`,
    );
  }
}

/** The queue is as deep as a backfill may make it: the same batch is to be sent later. */
export class QueueFull extends CliptagError {
  constructor(depth: number, maximumDepth: number) {
    super('queue-full', `Expected a queue with fewer than ${maximumDepth} messages but it has ${depth}`);
  }
}

/**
 * Sends those objects of a listed batch to the queue that are still to be tagged. May be repeated at any time: an
 * object that has been tagged since is left out, and one that is sent twice is found unchanged.
 *
 * @throws {QueueFull} before anything is sent; {@link DeadLettersGrow} before anything is looked at
 */
export async function feed(objects: readonly ListedObject[], feeder: Feeder): Promise<FeedCounts> {
  const before = await feeder.queue.state();
  requireFewDeadLetters(before, feeder);
  const { wanted, settled, leftOut } = await selectObjects(objects, feeder);
  if (wanted.length > 0) await sendPaced(wanted, before, feeder);
  return { sent: wanted.length, settled: settled.length, leftOut: leftOut.length };
}

function requireFewDeadLetters({ deadLetters }: QueueState, { deadLettersBefore }: Feeder): void {
  if (deadLettersBefore === undefined || deadLetters <= deadLettersBefore + TOLERATED_DEAD_LETTERS) return;
  throw new DeadLettersGrow(deadLettersBefore, deadLetters);
}

async function sendPaced(
  objects: readonly ListedObject[],
  { messages }: QueueState,
  feeder: Feeder,
): Promise<void> {
  const { queue, maximumDepth, objectsPerSecond, sleep, now } = feeder;
  if (messages >= maximumDepth) throw new QueueFull(messages, maximumDepth);
  const startedAt = now();
  for (let first = 0; first < objects.length; first += MESSAGES_PER_REQUEST) {
    const some = objects.slice(first, first + MESSAGES_PER_REQUEST);
    await queue.send(some.map(listedObjectBody));
    // Also after the last messages: the next batch may follow at once.
    const dueAt = startedAt + ((first + some.length) * 1_000) / objectsPerSecond;
    if (dueAt > now()) await sleep(dueAt - now());
  }
}

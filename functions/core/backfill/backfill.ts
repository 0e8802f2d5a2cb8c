import { CliptagError } from '../errors.ts';
import { type ListedObject, listedObjectBody } from '../objects/listed-object.ts';
import { accepts, type UploadFilter } from '../objects/object.ts';
import { imageKey, imageRecordOf, readImageAttributes } from '../records/image-record.ts';
import type { TagTable } from '../records/tag-table.ts';
import { isSettled, SETTLING_ATTRIBUTES, type TaggerIdentity } from '../tagging/tagger-identity.ts';
import type { MessageQueue } from './message-queue.ts';

/** What tells which listed objects are still to be tagged. */
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

/** Of DynamoDB's BatchGetItem. */
const MAXIMUM_BATCH_KEYS = 100;

/**
 * Reads the records of listed objects, at half the price of a consistent read: one that is behind only sends an object
 * that the tagger then finds unchanged.
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

export interface Feeder extends BackfillSelection {
  readonly queue: MessageQueue;
  /** With so many messages waiting, or more, nothing is sent: uploads would wait behind it. */
  readonly maximumDepth: number;
  /** Most that are sent, above 0. */
  readonly objectsPerSecond: number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Milliseconds since any moment. */
  readonly now: () => number;
}

/** What has become of a batch of listed objects. */
export interface FeedCounts {
  readonly sent: number;
  readonly settled: number;
  readonly leftOut: number;
}

/** The queue is as deep as a backfill may make it: the same batch is to be tried again later. */
export class QueueFull extends CliptagError {
  constructor(depth: number, maximumDepth: number) {
    super('queue-full', `Expected a queue with fewer than ${maximumDepth} messages but it has ${depth}`);
  }
}

/** Messages in one request: SendMessageBatch takes no more. */
const MESSAGES_AT_ONCE = 10;

/**
 * Sends those of a batch of listed objects to the queue that are to be tagged. May be repeated at any time: what has
 * been tagged since is left out, and what is sent twice is found unchanged.
 *
 * @throws {QueueFull} before anything is sent
 */
export async function feed(objects: readonly ListedObject[], feeder: Feeder): Promise<FeedCounts> {
  const { wanted, settled, leftOut } = await selectObjects(objects, feeder);
  if (wanted.length > 0) await sendPaced(wanted, feeder);
  return { sent: wanted.length, settled: settled.length, leftOut: leftOut.length };
}

async function sendPaced(objects: readonly ListedObject[], feeder: Feeder): Promise<void> {
  const { queue, maximumDepth, objectsPerSecond, sleep, now } = feeder;
  const depth = await queue.depth();
  if (depth >= maximumDepth) throw new QueueFull(depth, maximumDepth);
  const startedAt = now();
  for (let first = 0; first < objects.length; first += MESSAGES_AT_ONCE) {
    const some = objects.slice(first, first + MESSAGES_AT_ONCE);
    await queue.send(some.map(listedObjectBody));
    // After the last ones, too: the next batch may follow at once.
    const dueAt = startedAt + ((first + some.length) * 1_000) / objectsPerSecond;
    if (dueAt > now()) await sleep(dueAt - now());
  }
}

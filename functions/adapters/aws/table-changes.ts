import {
  DynamoDBStreamsClient,
  ResourceNotFoundException,
  type _Record as StreamRecord,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { CliptagError } from '../../core/errors.ts';
import { imageOf, imageRecordOf } from '../../core/records/image-record.ts';
import type { TableChange, TableChanges } from '../../core/search/collection/table-changes.ts';
import { awsClientDefaults, withoutLog } from './aws-client-defaults.ts';
import type { DynamoDbOptions } from './dynamodb.ts';
import { parsedPosition, printedPosition, READ, type StreamPosition } from './stream-position.ts';
import { type StreamShard, streamShards } from './stream-shards.ts';

export interface TableChangesOptions {
  /** Of a stream with new images (`NEW_IMAGE` or `NEW_AND_OLD_IMAGES`). */
  readonly streamArn: string;
  readonly client?: DynamoDbOptions;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;
/** Pages of up to 1 MB of a shard for one answer: of a table that changes faster, reading all of it anew is less. */
const MAXIMUM_PAGES = 100;
/** A page without changes may stand before one that has some; later calls go on where this one has ended. */
const EMPTY_PAGES = 2;

/**
 * The changes of a table as its DynamoDB stream tells them, read by whoever asks: no other process takes part, and the
 * stream keeps changes for 24 hours. What it no longer keeps, or a stream that is gone, is `undefined`.
 *
 * A shard is read after its parent, so that the changes of an image stay in their order when DynamoDB divides a shard.
 */
export function dynamoDbTableChanges(options: TableChangesOptions): TableChanges {
  const { streamArn, client: config = {}, now = Date.now } = options;
  const defaults = awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS);
  const shards = streamShards(withoutLog(new DynamoDBStreamsClient({ ...defaults, ...config })), streamArn);
  /** As they were listed last: a shard that comes new has one of them as its parent, which then ends. */
  let listed: readonly StreamShard[] = [];

  /** All changes of a shard that are at hand; `undefined` when they are too many. */
  async function readShard(shardId: string, position: StreamPosition): Promise<TableChange[] | undefined> {
    const changed: TableChange[] = [];
    let empty = 0;
    for (let page = 0; page < MAXIMUM_PAGES; page++) {
      const { records, isEmpty } = await shards.next(shardId, position);
      changed.push(...records.flatMap(changesOf));
      if (position.shards[shardId] === READ) return changed;
      empty = isEmpty ? empty + 1 : 0;
      if (empty === EMPTY_PAGES) return changed;
    }
    return undefined;
  }

  /** Reads shards side by side, then those that follow the ones that have ended. */
  async function readOn(position: StreamPosition): Promise<TableChange[] | undefined> {
    const changed: TableChange[] = [];
    if (listed.length === 0) listed = await shards.list();
    if (isBeyond(position, listed)) return undefined;
    for (;;) {
      const ready = readyShards(position, listed);
      const read = await Promise.all(ready.map(({ id }) => readShard(id, position)));
      for (const one of read) {
        if (!one) return undefined;
        for (const change of one) changed.push(change);
      }
      if (!ready.some(({ id }) => position.shards[id] === READ)) return changed;
      listed = await shards.list();
    }
  }

  return {
    async now() {
      listed = [];
      return printedPosition(await shards.latest(now()));
    },
    async since(printed) {
      const position = parsedPosition(printed);
      if (!position) return undefined;
      try {
        const changed = await readOn(position);
        return changed && { changed, position: printedPosition(position) };
      } catch (error) {
        listed = [];
        if (error instanceof TrimmedDataAccessException || error instanceof ResourceNotFoundException)
          return undefined;
        throw error;
      }
    },
  };
}

/** Whether a shard of the position is gone before all of it was read. Those that were read are forgotten with it. */
function isBeyond({ shards }: StreamPosition, listed: readonly StreamShard[]): boolean {
  const there = new Set(listed.map(({ id }) => id));
  for (const [id, place] of Object.entries(shards)) {
    if (there.has(id)) continue;
    if (place !== READ) return true;
    delete shards[id];
  }
  return false;
}

/** Shards that are not read to their end, and whose parents are, or are no longer kept. */
function readyShards({ shards }: StreamPosition, listed: readonly StreamShard[]): readonly StreamShard[] {
  const there = new Set(listed.map(({ id }) => id));
  return listed.filter(({ id, parentId }) => {
    const isAfterParent = parentId === undefined || !there.has(parentId) || shards[parentId] === READ;
    return shards[id] !== READ && isAfterParent;
  });
}

/** What a stream record tells of an image record; nothing of label entries. */
function changesOf({ eventName, dynamodb }: StreamRecord): readonly TableChange[] {
  const PK = dynamodb?.Keys?.PK?.S ?? '';
  if (dynamodb?.Keys?.SK?.S !== 'IMAGE' || !PK.startsWith('IMAGE#')) return [];
  if (eventName === 'REMOVE') return [{ kind: 'removed', image: imageOf(PK) }];
  if (!dynamodb.NewImage) {
    throw new CliptagError(
      'invalid-input',
      `Expected a stream with new images (NEW_IMAGE) but received a change of ${PK} without one`,
    );
  }
  return [{ kind: 'put', record: imageRecordOf(unmarshall(dynamodb.NewImage)) }];
}

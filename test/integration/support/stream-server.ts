import { marshall } from '@aws-sdk/util-dynamodb';
import { type ScriptedAnswer, scriptedServer } from '../../fixtures/scripted-server.ts';

export interface ServedChange {
  readonly PK: string;
  readonly SK?: string;
  /** None where the item was removed. */
  readonly item?: Readonly<Record<string, unknown>> | undefined;
  /** Seconds since 1970. @default the newest */
  readonly created?: number;
}

interface ServedShard {
  readonly parent: string | undefined;
  readonly records: (ServedChange & { readonly sequence: number })[];
  isClosed: boolean;
  /** Records before this place are no longer kept. */
  trimmedTo: number;
}

const NOW_SECONDS = 1_800_000_000;

/** A server that speaks DynamoDB Streams' protocol: shards that are divided and trimmed, and iterators that expire. */
export async function streamServer() {
  const shards = new Map<string, ServedShard>();
  let sequence = 0;
  let generation = 0;
  let isGone = false;
  let hasImages = true;
  /** Pages that hold nothing before each that holds something. */
  let emptyPages = 0;
  let pageSize = 1_000;
  const faults: { readonly operation: string; readonly name: string }[] = [];

  const server = await scriptedServer(({ operation, body }): ScriptedAnswer => {
    const fault = faults.findIndex((one) => one.operation === operation);
    const refused = faults[fault];
    if (refused) {
      faults.splice(fault, 1);
      return refusal(refused.name);
    }
    if (isGone) return refusal('ResourceNotFoundException');
    const request = JSON.parse(body);
    if (operation === 'DescribeStream') return describe(request.ExclusiveStartShardId);
    if (operation === 'GetShardIterator') return iterator(request);
    return records(request.ShardIterator);
  });

  /** Two shards a page, children before their parents. */
  function describe(after: string | undefined): ScriptedAnswer {
    const ids = [...shards.keys()].reverse();
    const begin = after === undefined ? 0 : ids.indexOf(after) + 1;
    const page = ids.slice(begin, begin + 2);
    const Shards = page.map((ShardId) => {
      const shard = shards.get(ShardId);
      const range = {
        StartingSequenceNumber: '1',
        ...(shard?.isClosed && { EndingSequenceNumber: `${sequence}` }),
      };
      return { ShardId, ParentShardId: shard?.parent, SequenceNumberRange: range };
    });
    const last = begin + 2 < ids.length ? page.at(-1) : undefined;
    return { body: { StreamDescription: { Shards, LastEvaluatedShardId: last } } };
  }

  function iterator({ ShardId, ShardIteratorType, SequenceNumber }: Record<string, string>): ScriptedAnswer {
    const shard = shards.get(ShardId ?? '');
    if (!shard) return refusal('ResourceNotFoundException');
    const place =
      ShardIteratorType === 'LATEST'
        ? shard.records.length
        : ShardIteratorType === 'TRIM_HORIZON'
          ? shard.trimmedTo
          : shard.records.findIndex((record) => `${record.sequence}` === SequenceNumber) + 1;
    if (place < shard.trimmedTo) return refusal('TrimmedDataAccessException');
    return { body: { ShardIterator: `${ShardId}|${place}|${generation}|0` } };
  }

  function records(given: string): ScriptedAnswer {
    const [id = '', place = '', made = '', empty = ''] = given.split('|');
    const shard = shards.get(id);
    if (!shard) return refusal('ResourceNotFoundException');
    if (Number(made) !== generation) return refusal('ExpiredIteratorException');
    const begin = Number(place);
    if (begin < shard.trimmedTo) return refusal('TrimmedDataAccessException');
    const isEmpty = Number(empty) < emptyPages;
    const found = isEmpty ? [] : shard.records.slice(begin, begin + pageSize);
    const end = begin + found.length;
    const isAtEnd = shard.isClosed && end === shard.records.length && !isEmpty;
    const next = `${id}|${end}|${generation}|${isEmpty ? Number(empty) + 1 : 0}`;
    return {
      body: {
        Records: found.map((one) => record(one, hasImages)),
        ...(!isAtEnd && { NextShardIterator: next }),
      },
    };
  }

  function shardOf(id: string): ServedShard {
    const shard = shards.get(id);
    if (!shard) throw new Error(`Expected one of the shards ${[...shards.keys()]} but received ${id}`);
    return shard;
  }

  return {
    ...server,
    arn: 'arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/2026-11-30T00:00:00.000',
    addShard: (id: string, parent?: string) =>
      void shards.set(id, { parent, records: [], isClosed: false, trimmedTo: 0 }),
    /** What divides a shard closes it, too. */
    closeShard(id: string) {
      shardOf(id).isClosed = true;
    },
    removeShard: (id: string) => void shards.delete(id),
    put: (shard: string, change: ServedChange) =>
      void shardOf(shard).records.push({ ...change, sequence: ++sequence }),
    trim(id: string) {
      shardOf(id).trimmedTo = shardOf(id).records.length;
    },
    expireIterators: () => void generation++,
    failOnce: (operation: string, name: string) => void faults.push({ operation, name }),
    setPages(given: { readonly size?: number; readonly empty?: number }) {
      pageSize = given.size ?? pageSize;
      emptyPages = given.empty ?? emptyPages;
    },
    keysOnly() {
      hasImages = false;
    },
    removeStream() {
      isGone = true;
    },
  };
}

function refusal(name: string): ScriptedAnswer {
  return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name } };
}

function record(
  { PK, SK = 'IMAGE', item, created = NOW_SECONDS, sequence }: ServedChange & { sequence: number },
  hasImages: boolean,
) {
  return {
    eventName: item ? 'MODIFY' : 'REMOVE',
    dynamodb: {
      ApproximateCreationDateTime: created,
      Keys: marshall({ PK, SK }),
      ...(item && hasImages && { NewImage: wired({ PK, SK, ...item }) }),
      SequenceNumber: `${sequence}`,
    },
  };
}

/** Bytes go over the wire as base64. */
function wired(item: Readonly<Record<string, unknown>>): object {
  return JSON.parse(
    JSON.stringify(marshall(item, { removeUndefinedValues: true }), (_name, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ),
  );
}

import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { LATEST, READ, type StreamPosition } from './stream-position.ts';

export interface StreamShard {
  readonly id: string;
  /** The shard whose changes come before. */
  readonly parentId: string | undefined;
  /** Whether no change will be added to it. */
  readonly isClosed: boolean;
}

/** The shards of a stream, and the iterators of this process in them. */
export interface StreamShards {
  list(): Promise<readonly StreamShard[]>;
  /** Where the stream is now; reading goes on from there in this process without a change being read twice. */
  latest(at: number): Promise<StreamPosition>;
  /** The next page of a shard, which moves the position on. */
  next(shardId: string, position: StreamPosition): Promise<StreamPage>;
}

export interface StreamPage {
  /** Without those of before the position was taken. */
  readonly records: readonly StreamRecord[];
  readonly isEmpty: boolean;
}

/** The clocks of whoever took a position and of DynamoDB may differ by so much. */
const CLOCK_MILLISECONDS = 5 * 60_000;

interface OpenIterator {
  readonly iterator: string;
  /** Where it goes on, as the position has it. */
  readonly after: string | undefined;
}

export function streamShards(client: DynamoDBStreamsClient, streamArn: string): StreamShards {
  const open = new Map<string, OpenIterator>();

  async function list(): Promise<readonly StreamShard[]> {
    const shards: StreamShard[] = [];
    let last: string | undefined;
    do {
      const input = { StreamArn: streamArn, ExclusiveStartShardId: last };
      const { StreamDescription } = await client.send(new DescribeStreamCommand(input));
      for (const { ShardId = '', ParentShardId, SequenceNumberRange } of StreamDescription?.Shards ?? []) {
        const isClosed = SequenceNumberRange?.EndingSequenceNumber !== undefined;
        shards.push({ id: ShardId, parentId: ParentShardId, isClosed });
      }
      last = StreamDescription?.LastEvaluatedShardId;
    } while (last !== undefined);
    return shards;
  }

  /** An iterator at a place; `undefined` means the shard's oldest change that is kept. */
  async function iteratorAt(shardId: string, place: string | undefined): Promise<string | undefined> {
    const at =
      place === undefined
        ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
        : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: place } as const);
    const input = { StreamArn: streamArn, ShardId: shardId, ...at };
    return (await client.send(new GetShardIteratorCommand(input))).ShardIterator;
  }

  async function iteratorFor(shardId: string, after: string | undefined): Promise<string | undefined> {
    const known = open.get(shardId);
    if (known && known.after === after) return known.iterator;
    return iteratorAt(shardId, after === LATEST ? undefined : after);
  }

  return {
    list,
    async latest(at) {
      open.clear();
      const position: StreamPosition = { at, shards: {} };
      const begin = async ({ id, isClosed }: StreamShard) => {
        position.shards[id] = isClosed ? READ : LATEST;
        if (isClosed) return;
        const input = { StreamArn: streamArn, ShardId: id, ShardIteratorType: 'LATEST' } as const;
        const { ShardIterator } = await client.send(new GetShardIteratorCommand(input));
        if (ShardIterator) open.set(id, { iterator: ShardIterator, after: LATEST });
      };
      await Promise.all((await list()).map(begin));
      return position;
    },
    async next(shardId, position) {
      const after = position.shards[shardId];
      let iterator = await iteratorFor(shardId, after);
      open.delete(shardId);
      const read = async () => client.send(new GetRecordsCommand({ ShardIterator: iterator }));
      const { Records = [], NextShardIterator } = await read().catch(async (error: unknown) => {
        // It lasts for 15 minutes.
        if (!(error instanceof ExpiredIteratorException)) throw error;
        iterator = await iteratorAt(shardId, after === LATEST ? undefined : after);
        return read();
      });
      const place = Records.at(-1)?.dynamodb?.SequenceNumber ?? after;
      if (NextShardIterator === undefined) position.shards[shardId] = READ;
      else if (place !== undefined) position.shards[shardId] = place;
      if (NextShardIterator) open.set(shardId, { iterator: NextShardIterator, after: place });
      const oldest = after === LATEST ? position.at - CLOCK_MILLISECONDS : Number.NEGATIVE_INFINITY;
      const isWanted = ({ dynamodb }: StreamRecord) =>
        (dynamodb?.ApproximateCreationDateTime?.getTime() ?? oldest) >= oldest;
      return { records: Records.filter(isWanted), isEmpty: Records.length === 0 };
    },
  };
}

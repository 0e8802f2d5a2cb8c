import type { SQSEvent } from 'aws-lambda';
import { acceptEveryUpload } from '../../../functions/core/objects/object.ts';
import { shardedTable } from '../../../functions/core/records/sharded-table.ts';
import type { TagTable } from '../../../functions/core/records/tag-table.ts';
import { messageTagger } from '../../../functions/tag-images/tag-messages.ts';
import { sqsEvent } from '../../fixtures/sqs-event.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import type { QueuedMessage, SimulatedQueue } from './simulated-queue.ts';
import { adapterTable, modelledTable } from './simulated-table.ts';
import type { StandIns } from './stand-ins.ts';
import type { ThrottlingDynamoDb } from './throttling-dynamodb.ts';

export interface BurstWorld {
  readonly clock: SimulatedClock;
  readonly dynamodb: ThrottlingDynamoDb;
  readonly queue: SimulatedQueue;
  readonly standIns: StandIns;
  readonly functionTimeoutSeconds: number;
  readonly maxReceiveCount: number;
  readonly shards: number;
  /** Whether the real adapter and SDK send the requests. */
  readonly usesSdk: boolean;
}

/** The process of one function, with clients of its own. */
export interface BurstProcess {
  /** Works on a batch as Lambda has it done; false when the function's time was up, which ends the process. */
  invoke(batch: readonly QueuedMessage[]): Promise<boolean>;
  /** Sends a first request, for which the SDK reads files. */
  warmUp(): Promise<void>;
}

export async function burstProcess(world: BurstWorld): Promise<BurstProcess> {
  const { clock, dynamodb, queue, standIns, functionTimeoutSeconds, maxReceiveCount } = world;
  let isAlive = true;
  let remainingMilliseconds = (): number => Infinity;
  const options = {
    ...{ clock, dynamodb, isAlive: () => isAlive },
    remainingMilliseconds: () => remainingMilliseconds(),
  };
  const simulated = world.usesSdk ? adapterTable(options) : await modelledTable(options);
  // Tagging asks for single items only.
  const table = shardedTable(simulated as TagTable, { shards: world.shards });
  const tagMessages = messageTagger({
    tagger: {
      ...{ ...standIns.parts(), table, maximumBytes: 1e6 },
      now: () => new Date(Date.UTC(2026, 10, 30, 12) + clock.now()),
    },
    filter: acceptEveryUpload,
    report: { outcome: () => {}, ignored: () => {}, fault: () => {} },
    inbox: queue.inbox,
    maximumReceives: maxReceiveCount,
  });
  return {
    async warmUp() {
      await table.read({ Key: { PK: 'none', SK: 'none' }, ConsistentRead: true });
    },
    async invoke(batch) {
      const end = clock.now() + functionTimeoutSeconds * 1_000;
      remainingMilliseconds = () => end - clock.now();
      let timer: NodeJS.Timeout | undefined;
      const timeUp = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), functionTimeoutSeconds * 1_000);
      });
      const response = await Promise.race([tagMessages(eventOf(batch), { remainingMilliseconds }), timeUp]);
      clearTimeout(timer);
      if (!response) {
        isAlive = false;
        return false;
      }
      const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { messageId, receiptHandle } of batch)
        if (!failed.has(messageId)) queue.delete(receiptHandle);
      return true;
    },
  };
}

function eventOf(batch: readonly QueuedMessage[]): SQSEvent {
  const { Records } = sqsEvent(batch.map(({ body }) => body));
  return {
    Records: Records.map((record, i) => ({
      ...record,
      messageId: batch[i]?.messageId ?? '',
      receiptHandle: batch[i]?.receiptHandle ?? '',
      attributes: { ...record.attributes, ApproximateReceiveCount: String(batch[i]?.receives) },
    })),
  };
}

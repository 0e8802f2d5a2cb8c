import type { SQSEvent } from 'aws-lambda';
import { dynamoDbTagTable } from '../../../functions/adapters/aws/dynamodb.ts';
import { acceptEveryUpload } from '../../../functions/core/objects/object.ts';
import { messageTagger } from '../../../functions/tag-images/tag-messages.ts';
import { sqsEvent } from '../../fixtures/sqs-event.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import type { QueuedMessage, SimulatedQueue } from './simulated-queue.ts';
import type { StandIns } from './stand-ins.ts';
import type { ThrottlingDynamoDb } from './throttling-dynamodb.ts';

export interface BurstWorld {
  readonly clock: SimulatedClock;
  readonly dynamodb: ThrottlingDynamoDb;
  readonly queue: SimulatedQueue;
  readonly standIns: StandIns;
  readonly functionTimeoutSeconds: number;
  readonly maxReceiveCount: number;
}

/** The process of one function, with clients of its own. */
export interface BurstProcess {
  /** Works on a batch as Lambda has it done; false when the function's time was up, which ends the process. */
  invoke(batch: readonly QueuedMessage[]): Promise<boolean>;
  /** Sends a first request, for which the SDK reads files. */
  warmUp(): Promise<void>;
}

const LATENCY_MILLISECONDS = 5;

export function burstProcess(world: BurstWorld): BurstProcess {
  const { clock, dynamodb, queue, standIns, functionTimeoutSeconds, maxReceiveCount } = world;
  let isAlive = true;
  const table = dynamoDbTagTable({
    tableName: 'tags',
    client: {
      ...{ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' } },
      requestHandler: {
        async handle({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) {
          // What a process that has ended asks is never asked.
          if (!isAlive) return new Promise<never>(() => {});
          const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
          const answer = dynamodb.answer(operation, JSON.parse(new TextDecoder().decode(body)), clock.now());
          await clock.sleep(LATENCY_MILLISECONDS);
          const bytes = Buffer.from(JSON.stringify(answer.body));
          return { response: { statusCode: answer.statusCode, headers: {}, body: bytes } };
        },
      },
    },
  });
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
      const remainingMilliseconds = () => end - clock.now();
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

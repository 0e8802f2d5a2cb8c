import {
  QUEUE_DEFINITION,
  visibilityTimeoutSeconds,
} from '../../../functions/core/objects/queue-definition.ts';
import { type BurstWorld, burstProcess } from './burst-process.ts';
import { simulatedClock } from './simulated-clock.ts';
import { simulatedQueue } from './simulated-queue.ts';
import { standIns, uploadMessage } from './stand-ins.ts';
import { throttlingDynamoDb } from './throttling-dynamodb.ts';

export interface BurstOptions {
  readonly messages: number;
  /** Functions that work on the queue at once. */
  readonly workers: number;
  /** @default 4,000, those of a new on-demand table */
  readonly writeUnitsPerSecond?: number;
  /** Of labels and of the index by status. @default 1 */
  readonly shards?: number;
  /** Whether all images show the same, so that all have the same labels. @default false */
  readonly isSame?: boolean;
  /** Part of the rates of table, index and partitions that there is, from 0 to 1. @default 1 */
  readonly share?: number;
  /** @default 10 */
  readonly batchSize?: number;
  /** @default that of the queue's definition */
  readonly functionTimeoutSeconds?: number;
  /** Whether the real adapter and SDK send the requests, and not only the SDK's retries decide. @default false */
  readonly usesSdk?: boolean;
  /** Called after each minute of simulated time. */
  readonly onMinute?: (line: string) => void;
}

export interface BurstFigures {
  /** Simulated time until the queue was empty. */
  readonly seconds: number;
  readonly deadLetters: number;
  /** Images without a record that are no dead letters. */
  readonly lost: number;
  readonly repeatedInferences: number;
  /** Beyond the first of each message. */
  readonly repeatedReceives: number;
  readonly throttledRequests: number;
  /** Functions that ran out of their time. */
  readonly timeouts: number;
}

const POLL_MILLISECONDS = 500;
const MINUTE = 60_000;

/**
 * A burst of uploads in simulated time: the real handler, and the AWS SDK's own retries with those of the adapter, before a
 * queue and a table that keep to the rules of SQS and DynamoDB. All functions are there from the first moment, and S3,
 * decoder and encoder are stand-ins that take as long.
 */
export async function simulatedBurst({
  messages,
  workers,
  writeUnitsPerSecond = 4_000,
  shards = 1,
  isSame = false,
  share = 1,
  batchSize = 10,
  functionTimeoutSeconds = QUEUE_DEFINITION.functionTimeoutSeconds,
  usesSdk = false,
  onMinute,
}: BurstOptions): Promise<BurstFigures> {
  const clock = simulatedClock();
  try {
    const { maxReceiveCount } = QUEUE_DEFINITION;
    const queue = simulatedQueue({
      ...{ clock, maxReceiveCount },
      visibilityTimeoutSeconds: visibilityTimeoutSeconds(functionTimeoutSeconds),
    });
    const dynamodb = throttlingDynamoDb(writeUnitsPerSecond, share);
    const world: BurstWorld = {
      ...{ clock, dynamodb, queue, maxReceiveCount, functionTimeoutSeconds, usesSdk, shards },
      standIns: standIns(clock, isSame),
    };
    await warmUp(world);
    for (let i = 0; i < messages; i++) queue.send(uploadMessage(i));
    const began = clock.now();
    let timeouts = 0;
    const work = async () => {
      for (let process = await burstProcess(world); queue.counts().left > 0; ) {
        const batch = queue.receive(batchSize);
        if (batch.length === 0) await clock.sleep(POLL_MILLISECONDS);
        else if (!(await process.invoke(batch))) {
          timeouts += 1;
          process = await burstProcess(world);
        }
      }
    };
    const working = Promise.all(Array.from({ length: workers }, work));
    let isOver = false;
    let failure: unknown;
    working.then(
      () => {
        isOver = true;
      },
      (error: unknown) => {
        failure = error;
        isOver = true;
      },
    );
    const isTagged = () => [...dynamodb.items().keys()].filter((key) => key.endsWith('\nIMAGE')).length;
    const tell = () => {
      const { left, deadLetters } = queue.counts();
      onMinute?.(
        `${Math.round((clock.now() - began) / MINUTE)} min: ${isTagged()} tagged, ${left} left, ${deadLetters} dead`,
      );
      if (!isOver) setTimeout(tell, MINUTE);
    };
    setTimeout(tell, MINUTE);
    await clock.runUntil(() => isOver);
    if (failure) throw failure;
    const { deadLetters, receives } = queue.counts();
    const inferred = [...world.standIns.inferences.values()];
    return {
      seconds: (clock.now() - began) / 1_000,
      deadLetters,
      lost: messages - isTagged() - deadLetters,
      repeatedInferences: inferred.reduce((sum, count) => sum + count - 1, 0),
      repeatedReceives: receives - messages,
      throttledRequests: dynamodb.throttled(),
      timeouts,
    };
  } finally {
    clock.restore();
  }
}

/** The SDK reads its files once, in time that is not simulated. */
async function warmUp(world: BurstWorld): Promise<void> {
  let isDone = false;
  const warming = burstProcess(world)
    .then((process) => process.warmUp())
    .finally(() => {
      isDone = true;
    });
  await world.clock.runUntil(() => isDone);
  await warming;
}

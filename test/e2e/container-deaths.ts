import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { expect, inject, it } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { readImageRecord } from '../../functions/core/records/image-record.ts';
import {
  REPORTED_BY_FUNCTION,
  startEventSourceMapping,
} from '../../functions/local/queue/event-source-mapping.ts';
import { startFaultyProxy } from '../fixtures/faulty-proxy.ts';
import { credentials, type startStores } from '../fixtures/stores.ts';
import { openSqsQueue } from '../integration/support/sqs-queue.ts';
import { available } from '../integration/tools.ts';
import { motoOrigin } from '../moto-server.ts';
import { ENDED, type RunningFunction } from './container-function.ts';
import { waitUntil } from './support.ts';

type Stores = Awaited<ReturnType<typeof startStores>>;

/** The bucket of the stores. */
const BUCKET = 'bench';
const MAXIMUM_RECEIVES = 5;
/** It ends in its first batch, and three times while the picture is worked on alone: `functions/tag-images/suspects.ts`. */
const MAXIMUM_DEATHS = 4;
/** The function starts five times, on a machine that may be busy. */
const TIME_LIMIT_MILLISECONDS = 900_000;

const hasMoto = available('moto_server');

/** Tests of a function that ends in the midst of its work: Lambda starts it anew, and SQS hands out its messages again. */
export function outlivesItsProcess(
  stores: () => Stores,
  start: (variables: Readonly<Record<string, string>>) => Promise<RunningFunction>,
): void {
  it.skipIf(!hasMoto)(
    'records a picture that ends the process as failed, tags its neighbours, and leaves no dead letter',
    async () => {
      const { queue, queueUrl, depth, close } = await openUploadQueue();
      const before = await stores().upload(4, 'before');
      const deadly = await stores().upload(1, 'deadly');
      const after = await stores().upload(8, 'after');
      const bodies = [...before, ...deadly, ...after];
      for (const body of bodies) await queue.send(body);
      const lambda = deadlyLambda(stores().s3Options.endpoint, (s3Url) =>
        start({
          ...{ AWS_ENDPOINT_URL_S3: s3Url, AWS_ENDPOINT_URL_SQS: new URL(queueUrl).origin },
          ...{ QUEUE_URL: queueUrl, MAXIMUM_RECEIVES: String(MAXIMUM_RECEIVES) },
        }),
      );
      const reasons: string[] = [];
      const mapping = startEventSourceMapping({
        ...{ queue, functionTimeoutSeconds: 900, closeTimeoutSeconds: 300 },
        ...{ maximumConcurrency: 1, retryDelaySeconds: 0 },
        handler: lambda.invoke,
        onFailure: (reason) => reasons.push(reason),
      });
      await waitUntil(async () => (await depth()).uploads === 0, 200);
      await mapping.close();
      const log = await lambda.close();
      const { deadLetters } = await depth();
      await close();
      const table = dynamoDbTagTable(stores().tableOptions);
      const keys = bodies.map((body): string => JSON.parse(body).Records[0].s3.object.key);
      for (const key of keys) {
        const record = await table.read(readImageRecord({ bucket: BUCKET, key }));
        const expected = key.startsWith('deadly/')
          ? { status: 'failed', reasonCode: 'ends-the-process' }
          : { status: 'tagged' };
        expect(record, `${key}\n${log}`).toMatchObject(expected);
      }
      expect(deadLetters).toBe(0);
      const deaths = reasons.filter((reason) => reason !== REPORTED_BY_FUNCTION);
      expect(new Set(deaths)).toEqual(new Set([`Error: ${ENDED}`]));
      expect(deaths.length).toBeLessThanOrEqual(MAXIMUM_DEATHS);
    },
    TIME_LIMIT_MILLISECONDS,
  );
}

/** A queue of moto's, behind which a dead-letter queue stands as in the stack. */
async function openUploadQueue() {
  const endpoint = await motoOrigin(inject('motoLog'));
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  // The account that moto gives these credentials is that of others, too.
  const name = `uploads-${randomUUID()}`;
  const { queue, queueUrl } = await openSqsQueue(name, { endpoint, region: 'us-east-1', credentials });
  const { QueueUrl: deadUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: `${name}-dead` }));
  const attributesOf = async (QueueUrl: string) =>
    (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ??
    {};
  const { QueueArn: deadLetterTargetArn } = await attributesOf(deadUrl);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: MAXIMUM_RECEIVES });
  await client.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { RedrivePolicy } }));
  const lettersIn = async (QueueUrl: string) => {
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } =
      await attributesOf(QueueUrl);
    return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
  };
  return {
    queue,
    queueUrl,
    depth: async () => ({ uploads: await lettersIn(queueUrl), deadLetters: await lettersIn(deadUrl) }),
    async close() {
      await queue.close();
      client.destroy();
    },
  };
}

/** Runs a function as Lambda does: it starts when there is an event, and anew when it has ended. Deadly pictures kill it. */
function deadlyLambda(s3Endpoint: string, start: (s3Url: string) => Promise<RunningFunction>) {
  let running: RunningFunction | undefined;
  let log = '';
  let ending = Promise.resolve();
  const end = () => {
    const ended = running;
    running = undefined;
    ending = ending.then(async () => {
      await ended?.stop();
      log += ended?.log() ?? '';
    });
    return ending;
  };
  // Killed while it waits for the picture, as the kernel kills for want of memory: nothing can be told or cleaned up.
  const proxy = startFaultyProxy(s3Endpoint, (_, path) => {
    if (!path.includes('/deadly/')) return 'none';
    void end();
    return 'silent';
  });
  return {
    async invoke(event: SQSEvent): Promise<unknown> {
      await ending;
      running ??= await start((await proxy).url);
      return running.invoke(event);
    },
    async close(): Promise<string> {
      await end();
      await (await proxy).close();
      return log;
    },
  };
}

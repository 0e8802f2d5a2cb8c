import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventBridgeResultEvents } from '../../functions/adapters/aws/eventbridge.ts';
import { acceptEveryUpload } from '../../functions/core/objects/object.ts';
import { resultEventSchema } from '../../functions/core/results/result-event.ts';
import { composeTagger } from '../../functions/tag-images/composition.ts';
import { messageTagger } from '../../functions/tag-images/tag-messages.ts';
import { repository } from '../e2e/support.ts';
import { sqsEvent } from '../fixtures/sqs-event.ts';
import { startStores } from '../fixtures/stores.ts';
import { type MotoAccount, openMotoAccount } from '../integration/support/moto-account.ts';
import { available } from '../integration/tools.ts';

/** The tagging function publishes to a moto event bus, whose rule sends what it matches to a queue. */
const hasMoto = available('moto_server');

const BUS = 'results';

describe.skipIf(!hasMoto)('result events on a bus', () => {
  let account: MotoAccount;
  let stores: Awaited<ReturnType<typeof startStores>>;
  let sqs: SQSClient;
  const queueUrls: Record<string, string> = {};
  beforeAll(async () => {
    [account, stores] = await Promise.all([openMotoAccount(), startStores()]);
    sqs = new SQSClient(account.client);
    const eventBridge = new EventBridgeClient(account.client);
    await eventBridge.send(new CreateEventBusCommand({ Name: BUS }));
    const documentation = await readFile(join(repository, 'docs/result-events.md'), 'utf8');
    const patterns = {
      all: JSON.stringify({ source: ['cliptag'] }),
      example: /```json\n([^`]*)```/.exec(documentation)?.[1] ?? '',
    };
    for (const [Name, EventPattern] of Object.entries(patterns)) {
      const queue = await createQueue(Name);
      await eventBridge.send(new PutRuleCommand({ Name, EventBusName: BUS, EventPattern }));
      const Targets = [{ Id: 'queue', Arn: queue }];
      await eventBridge.send(new PutTargetsCommand({ Rule: Name, EventBusName: BUS, Targets }));
    }

    async function createQueue(QueueName: string): Promise<string | undefined> {
      const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
      queueUrls[QueueName] = QueueUrl;
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
      );
      return Attributes?.QueueArn;
    }
  });
  afterAll(async () => {
    await account?.close();
    await stores?.close();
  });

  /** The events that reached a rule's queue, by key. */
  async function receivedEvents(
    rule = 'all',
  ): Promise<Record<string, { 'detail-type': string; source: string; detail: unknown }>> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrls[rule],
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 600,
      }),
    );
    const events = Messages.map(({ Body = '' }) => JSON.parse(Body));
    return Object.fromEntries(events.map((event) => [event.detail.key, event]));
  }

  it('reach a queue by a rule, as their schema says: tagged, failed and removed images', async () => {
    const tagger = await composeTagger({
      modelFolder: join(repository, 'models/embedded'),
      labelSets: [join(repository, 'models/labels')],
      classifierFolder: stores.classifierFolder,
      maximumBytes: 2 ** 26,
      s3: stores.s3Options,
      table: stores.tableOptions,
      warn: console.error,
    });
    const faults: string[] = [];
    const handle = (bus: string) =>
      messageTagger({
        tagger,
        filter: acceptEveryUpload,
        report: { outcome: () => {}, ignored: () => {}, fault: (error) => faults.push(String(error)) },
        channels: { events: eventBridgeResultEvents(bus, { ...account.client, maxAttempts: 1 }) },
      });
    const [photo = ''] = await stores.uploadSamples(['chelsea.png']);
    const [text = ''] = await stores.uploadFile(join(repository, 'package.json'), 1, 'text');
    const removed = photo
      .replace('ObjectCreated:Put', 'ObjectRemoved:Delete')
      .replaceAll('chelsea.png', 'gone.png');
    const batch = sqsEvent([photo, text, removed]);
    expect(await handle(BUS)(batch)).toEqual({ batchItemFailures: [] });
    const events = await receivedEvents();
    const types = Object.fromEntries(
      Object.entries(events).map(([key, event]) => [key, event['detail-type']]),
    );
    expect(types).toEqual({
      'chelsea.png': 'ImageTagged',
      'text/0': 'ImageFailed',
      'gone.png': 'ImageRemoved',
    });
    const schema = z.fromJSONSchema(resultEventSchema() as Parameters<typeof z.fromJSONSchema>[0]);
    for (const { source, detail } of Object.values(events)) {
      expect(source).toBe('cliptag');
      expect(schema.safeParse(detail).error).toBeUndefined();
    }
    expect(events['chelsea.png']?.detail).toMatchObject({
      ...{ version: 1, bucket: 'bench', key: 'chelsea.png', status: 'tagged', width: 451, height: 300 },
      modelDigest: tagger.encoder.modelDigest,
      tags: expect.arrayContaining([expect.objectContaining({ set: 'general', label: 'cat' })]),
    });
    expect(events['text/0']?.detail).toMatchObject({ reasonCode: 'not-an-image' });

    const ofExample = Object.keys(await receivedEvents('example')).sort();
    expect(ofExample).toEqual(['chelsea.png', 'text/0']);

    // A message that comes again, as after a crash before the event, is told once more.
    expect(await handle(BUS)(sqsEvent([photo]))).toEqual({ batchItemFailures: [] });
    expect(Object.keys(await receivedEvents())).toEqual(['chelsea.png']);
  });
});

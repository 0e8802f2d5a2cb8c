import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventBridgeResultEvents } from '../../functions/adapters/aws/eventbridge.ts';
import { type ResultEvent, resultEvent } from '../../functions/core/results/result-event.ts';

/** What stands for EventBridge: it notes the requests, and refuses the entries of keys that end as `refuse` says. */
let server: Server;
let requests: string[][];
let refuse: RegExp;
let endpoint: string;

beforeEach(async () => {
  requests = [];
  refuse = /^$/;
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { Entries } = JSON.parse(Buffer.concat(chunks).toString()) as { Entries: { Detail: string }[] };
    const keys = Entries.map(({ Detail }) => (JSON.parse(Detail) as { key: string }).key);
    requests.push(keys);
    const answers = keys.map((key) =>
      refuse.test(key)
        ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }
        : { EventId: createHash('md5').update(key).digest('hex') },
    );
    const FailedEntryCount = answers.filter((answer) => 'ErrorCode' in answer).length;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    // Long enough for others to come meanwhile.
    setTimeout(() => response.end(JSON.stringify({ FailedEntryCount, Entries: answers })), 20);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const events = () =>
  eventBridgeResultEvents('default', {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

function eventOf(key: string, labelLength = 3): ResultEvent {
  const tags = Array.from({ length: 50 }, (_, i) => ({
    set: 'general',
    label: `${i}`.padEnd(labelLength, 'x'),
    score: 0.5,
  }));
  return resultEvent({
    ...{ bucket: 'photos', key, sequencer: '0'.repeat(32), status: 'tagged', tags },
    ...{ revision: 1, supersededTags: [] },
    ...{ eventTime: '2026-11-24T08:00:00.000Z', recordedAt: '2026-11-24T08:00:01.000Z' },
  });
}

describe('events that are published at the same time', () => {
  it('share requests of at most ten', async () => {
    const { publish } = events();
    await Promise.all(Array.from({ length: 25 }, (_, i) => publish(eventOf(`${i}.jpg`))));
    expect(requests.map((keys) => keys.length)).toEqual([10, 10, 5]);
  });

  it('share requests of at most 256 KB', async () => {
    const { publish } = events();
    // Fifty labels of 1,000 bytes, each twice: two such events fit.
    await Promise.all(Array.from({ length: 4 }, (_, i) => publish(eventOf(`${i}.jpg`, 1_000))));
    expect(requests.map((keys) => keys.length)).toEqual([2, 2]);
  });

  it('fail one by one: the others of a request are accepted', async () => {
    refuse = /^[36]\.jpg$/;
    const { publish } = events();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => publish(eventOf(`${i}.jpg`))),
    );
    expect(requests).toHaveLength(1);
    expect(outcomes.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []))).toEqual([3, 6]);
    expect(outcomes[3]).toMatchObject({
      reason: { name: 'ThrottlingException', message: 'Rate exceeded' },
    });
  });

  it('all fail when EventBridge cannot be reached', async () => {
    server.close();
    server.closeAllConnections();
    const { publish } = events();
    const outcomes = await Promise.allSettled(['a.jpg', 'b.jpg'].map((key) => publish(eventOf(key))));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

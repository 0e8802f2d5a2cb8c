import { describe, expect, it } from 'vitest';
import { entryBytes, eventBridgeResultEvents } from '../../../../functions/adapters/aws/eventbridge.ts';
import type { ResultEvent } from '../../../../functions/core/results/result-event.ts';
import { scriptedServer } from '../../../fixtures/scripted-server.ts';

const eventOf = (key: string) =>
  ({
    type: 'ImageTagged',
    detail: { key, recordedAt: '2026-11-30T12:00:00.000Z' },
  }) as unknown as ResultEvent;

/** A bus that takes each entry, or answers it as the test says by its key. */
async function busThat(answerOf: (key: string) => object | undefined = () => undefined) {
  const server = await scriptedServer(({ body }) => {
    const { Entries } = JSON.parse(body) as { Entries: { Detail: string }[] };
    const answers = Entries.map(({ Detail }) => answerOf(JSON.parse(Detail).key) ?? { EventId: 'e' });
    return { body: { Entries: answers, FailedEntryCount: 0 } };
  });
  return { events: eventBridgeResultEvents('results', server.client), server };
}

describe('result events', () => {
  it('are put on the bus as EventBridge takes them', async () => {
    const { events, server } = await busThat();
    await events.publish(eventOf('a.jpg'));
    expect(server.requests[0]?.operation).toBe('PutEvents');
    expect(server.bodies()).toEqual([
      {
        Entries: [
          {
            ...{ Source: 'cliptag', DetailType: 'ImageTagged', EventBusName: 'results', Time: 1_796_040_000 },
            Detail: '{"key":"a.jpg","recordedAt":"2026-11-30T12:00:00.000Z"}',
          },
        ],
      },
    ]);
  });

  it('share requests of ten at most', async () => {
    const { events, server } = await busThat();
    await Promise.all(Array.from({ length: 23 }, (_, i) => events.publish(eventOf(`${i}.jpg`))));
    expect(server.bodies().map(({ Entries }) => Entries.length)).toEqual([10, 10, 3]);
  });

  it('share requests of 256 KB at most', async () => {
    const { events, server } = await busThat();
    // With what is around it each counts 100 KB: two fit.
    const keys = ['a', 'b', 'c'].map((letter) => letter.repeat(100 * 1024));
    await Promise.all(keys.map((key) => events.publish(eventOf(key))));
    expect(server.bodies().map(({ Entries }) => Entries.length)).toEqual([2, 1]);
  });

  it('fail one by one where the bus refuses some of them', async () => {
    const { events } = await busThat((key) =>
      key === 'b' ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'slower' } : undefined,
    );
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((key) => events.publish(eventOf(key))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { name: 'ThrottlingException', message: 'slower' } });
  });

  it('fail with a name of their own where the bus says nothing', async () => {
    const { events } = await busThat(() => ({}));
    await expect(events.publish(eventOf('a'))).rejects.toMatchObject({ name: 'UnknownError', message: '' });
  });

  it('all fail where the bus answers fewer than it was sent', async () => {
    const server = await scriptedServer(() => ({ body: {} }));
    const events = eventBridgeResultEvents('results', server.client);
    await expect(events.publish(eventOf('a'))).rejects.toThrow('Expected 1 answers but received 0');
  });
});

describe('the size of an entry', () => {
  it('is its time, and the bytes of its texts', () => {
    expect(entryBytes({ Source: 'ab', DetailType: 'ü', Detail: '{}' })).toBe(14 + 2 + 2 + 2);
    expect(entryBytes({})).toBe(14);
  });
});

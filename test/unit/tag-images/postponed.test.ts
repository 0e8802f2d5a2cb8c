import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { HeldMessage, PostponedMessage } from '../../../functions/core/tagging/message-inbox.ts';
import { postpone } from '../../../functions/tag-images/postponed.ts';
import { sqsEvent } from '../../fixtures/sqs-event.ts';

function received(receives: number): SQSRecord {
  const [record] = sqsEvent([`received ${receives}`]).Records;
  if (!record) throw new Error('Expected a record but received none');
  const attributes = { ...record.attributes, ApproximateReceiveCount: String(receives) };
  return { ...record, receiptHandle: `handle ${receives}`, attributes };
}

async function postponed(receives: readonly number[], { maximumReceives = 5, random = 0 } = {}) {
  const later: Record<string, number> = {};
  const anew: Record<string, number | undefined> = {};
  const inbox = {
    settle: async () => {},
    postpone: async (messages: readonly PostponedMessage[]) => {
      for (const { body, delaySeconds } of messages) later[body] = delaySeconds;
    },
    sendAnew: async (messages: readonly HeldMessage[], delaySeconds?: number) => {
      for (const { body } of messages) anew[body] = delaySeconds;
    },
  };
  await postpone(receives.map(received), { inbox, maximumReceives, random: () => random });
  return { later, anew };
}

describe('messages that failed since a store was asked too often', () => {
  it('come again after a time that grows with their receives', async () => {
    const { later, anew } = await postponed([1, 2, 3]);
    expect(later).toEqual({ 'received 1': 15, 'received 2': 30, 'received 3': 60 });
    expect(anew).toEqual({});
  });

  it('come apart from each other', async () => {
    expect((await postponed([1], { random: 1 })).later).toEqual({ 'received 1': 30 });
    expect((await postponed([1], { random: 0.5 })).later).toEqual({ 'received 1': 23 });
  });

  it('are sent anew before their last receive, and at it', async () => {
    const { later, anew } = await postponed([3, 4, 5]);
    expect(later).toEqual({ 'received 3': 60 });
    expect(anew).toEqual({ 'received 4': 120, 'received 5': 240 });
    expect((await postponed([1], { maximumReceives: 1 })).anew).toEqual({ 'received 1': 15 });
  });

  it('wait for no longer than SQS delays a message', async () => {
    const { later, anew } = await postponed([900, 999], { maximumReceives: 1_000, random: 1 });
    expect(later).toEqual({ 'received 900': 900 });
    expect(anew).toEqual({ 'received 999': 900 });
  });

  it('ask nothing of the queue when there are none, and a queue that fails fails nobody', async () => {
    expect(await postponed([])).toEqual({ later: {}, anew: {} });
    const out = async () => {
      throw new Error('SQS is out');
    };
    const inbox = { settle: out, postpone: out, sendAnew: out };
    await postpone([received(1), received(4)], { inbox, maximumReceives: 5 });
  });
});

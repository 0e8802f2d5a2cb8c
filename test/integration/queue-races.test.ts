import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { openQueue } from '../../functions/local/queue/queue.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const VISIBILITY_SECONDS = 30;
const one = { maximumMessages: 1 };

afterEach(() => void vi.restoreAllMocks());

async function queueWithOneInFlight(visibilityTimeoutSeconds = VISIBILITY_SECONDS) {
  const queue = await openQueue({
    ...{ folder: await temporaryFolder(), visibilityTimeoutSeconds, maxReceiveCount: 5 },
  });
  await queue.send('body');
  const [{ receiptHandle } = { receiptHandle: '' }] = await queue.receive(one);
  return { queue, receiptHandle };
}

/** From now on the visibility timeout of whatever was received is over. */
function passVisibilityTimeout(): void {
  const later = Date.now() + VISIBILITY_SECONDS * 1_000 + 1;
  vi.spyOn(Date, 'now').mockReturnValue(later);
}

it('a message that is being given back is left to the consumer that has received it meanwhile', async () => {
  const { queue, receiptHandle } = await queueWithOneInFlight();
  const releasing = queue.release([receiptHandle], { delaySeconds: 0, reason: 'it broke' });
  passVisibilityTimeout();
  const [again] = await queue.receive(one);
  await releasing;
  expect(again).toMatchObject({ body: 'body', receiveCount: 2 });
  expect(await queue.receive(one)).toEqual([]);
  await queue.close();
});

it('a message that is being deleted is received by nobody, though its visibility timeout passes', async () => {
  const { queue, receiptHandle } = await queueWithOneInFlight();
  const deleting = queue.delete([receiptHandle]);
  passVisibilityTimeout();
  expect(await queue.receive(one)).toEqual([]);
  await deleting;
  await queue.close();
});

it('a wait that is longer than any timer does not end at once', async () => {
  // More than 2^31 milliseconds.
  const { queue } = await queueWithOneInFlight(30 * 24 * 60 * 60);
  const stop = new AbortController();
  let isOver = false;
  const waiting = queue.waitForMessage({ signal: stop.signal }).then(() => {
    isOver = true;
  });
  await pause(20);
  expect(isOver).toBe(false);
  stop.abort();
  await waiting;
  await queue.close();
});

it('a dead letter stays one where it cannot be sent again', async () => {
  const queue = await openQueue({
    ...{ folder: await temporaryFolder(), visibilityTimeoutSeconds: VISIBILITY_SECONDS, maxReceiveCount: 1 },
  });
  await queue.send('body');
  const [{ receiptHandle } = { receiptHandle: '' }] = await queue.receive(one);
  await queue.release([receiptHandle], { delaySeconds: 0, reason: 'it broke' });
  expect(await queue.receive(one)).toEqual([]);
  expect(queue.deadLetters()).toMatchObject([{ body: 'body' }]);
  // As with a full disk: nothing can be written any more.
  await queue.close();
  await expect(queue.redrive()).rejects.toThrow();
  expect(queue.deadLetters()).toMatchObject([{ body: 'body' }]);
});

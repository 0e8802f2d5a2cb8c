import { QUEUE_DEFINITION } from '../../core/objects/queue-definition.ts';
import { afterRestart, claimMessages } from './claim.ts';
import type {
  OpenQueue,
  QueueOptions,
  ReceivedMessage,
  ReceiveLimits,
  ReleaseOptions,
  SendOptions,
  WaitOptions,
} from './contract.ts';
import { newMessage } from './message.ts';
import { type DeadLetter, openQueueStore, type QueueStore, type StoredMessage } from './store.ts';
import { receiptHandleOf, trackVisibility, type Visibility } from './visibility.ts';

/** The longest delay that a timer takes; with a longer one it would fire at once. */
const MAXIMUM_TIMER_MILLISECONDS = 2 ** 31 - 1;

interface QueueState {
  readonly options: Required<QueueOptions>;
  readonly store: QueueStore;
  readonly visibility: Visibility;
  readonly deadLetters: Map<string, DeadLetter>;
  readonly wakers: Set<() => void>;
}

/**
 * Opens a queue. Messages that were in flight when its last process ended are visible at once, since their consumer
 * ended with it. They keep their receive count, by which a consumer knows that they have come before, but such a receive
 * makes no message a dead letter as it would in SQS: whoever ends the process, all that it had in flight shares its fate. A
 * message that ends its process time and again is its consumer's to find (`functions/tag-images/suspects.ts`). There is no
 * retention period: no message is dropped for its age.
 *
 * It is our own because stand-ins for SQS (ElasticMQ, LocalStack, moto) are programs in other languages, and queues
 * for Node on disk have no visibility timeout, receive count and dead letters as SQS has them.
 *
 * @throws Error when another process uses the folder.
 */
export async function openQueue(options: QueueOptions): Promise<OpenQueue> {
  const store = await openQueueStore(options.folder);
  const state: QueueState = {
    options: { maximumMessageBytes: QUEUE_DEFINITION.maximumMessageBytes, ...options },
    store,
    visibility: trackVisibility(),
    deadLetters: new Map((await store.readDeadLetters()).map((letter) => [letter.messageId, letter])),
    wakers: new Set(),
  };
  for (const message of await store.readMessages()) state.visibility.show(afterRestart(message));
  return {
    visibilityTimeoutSeconds: options.visibilityTimeoutSeconds,
    send: (body, options) => send(state, body, options),
    receive: (limits) => receive(state, limits),
    delete: (receiptHandles) => deleteMessages(state, receiptHandles),
    release: (receiptHandles, how) => release(state, receiptHandles, how),
    waitForMessage: (how) => waitForMessage(state, how),
    counts: () => ({ ...state.visibility.counts(Date.now()), deadLetters: state.deadLetters.size }),
    bodies: () => state.visibility.all().map(({ body }) => body),
    deadLetters: () => [...state.deadLetters.values()],
    redrive: (messageIds) => redrive(state, messageIds),
    close: () => store.close(),
  };
}

async function send(
  state: QueueState,
  body: string,
  { delaySeconds = 0 }: SendOptions = {},
): Promise<string> {
  const message = newMessage(body, state.options.maximumMessageBytes);
  await state.store.write({ messages: [message] }, { flush: true });
  if (delaySeconds > 0) state.visibility.hide(message, Date.now() + delaySeconds * 1_000);
  else state.visibility.show(message);
  wake(state);
  return message.messageId;
}

async function receive(state: QueueState, limits: ReceiveLimits): Promise<ReceivedMessage[]> {
  const { claimed, dead } = claimMessages(state.visibility, state.options, limits, Date.now());
  for (const letter of dead) state.deadLetters.set(letter.messageId, letter);
  if (claimed.length + dead.length > 0) {
    // A receive count that a power cut loses costs one more try, so only dead letters are worth a flush.
    const changes = {
      messages: claimed,
      deadLetters: dead,
      removedMessageIds: dead.map((letter) => letter.messageId),
    };
    await state.store.write(changes, { flush: dead.length > 0 });
  }
  return claimed.map((message) => ({ ...message, receiptHandle: receiptHandleOf(message) }));
}

async function deleteMessages(state: QueueState, receiptHandles: readonly string[]): Promise<void> {
  const held = heldMessages(state, receiptHandles);
  // Forgotten before the write: the visibility timeout may pass while it runs, and nobody must receive them again.
  for (const { messageId } of held) state.visibility.forget(messageId);
  if (held.length > 0) {
    await state.store.write({ removedMessageIds: held.map(({ messageId }) => messageId) }, { flush: false });
  }
}

async function release(
  state: QueueState,
  receiptHandles: readonly string[],
  how: ReleaseOptions,
): Promise<void> {
  // One that was given back once waits already, for as long as was said then.
  const stillHeld = heldMessages(state, receiptHandles).filter(({ isHeld }) => isHeld);
  const held = stillHeld.map((message) => ({
    ...message,
    isHeld: false,
    lastFailure: how.reason,
  }));
  if (held.length === 0) return;
  await state.store.write({ messages: held }, { flush: false });
  const visibleAtMilliseconds = Date.now() + how.delaySeconds * 1_000;
  for (const message of held) {
    // While the write ran, the visibility timeout may have passed and another consumer may have the message.
    if (state.visibility.findHidden(receiptHandleOf(message)))
      state.visibility.hide(message, visibleAtMilliseconds);
  }
  wake(state);
}

async function redrive(state: QueueState, messageIds?: readonly string[]): Promise<number> {
  const letters = (messageIds ?? [...state.deadLetters.keys()]).flatMap(
    (id) => state.deadLetters.get(id) ?? [],
  );
  for (const { messageId } of letters) state.deadLetters.delete(messageId);
  const messages = letters.map(({ body }) => newMessage(body, state.options.maximumMessageBytes));
  const removedDeadLetterIds = letters.map(({ messageId }) => messageId);
  try {
    await state.store.write({ messages, removedDeadLetterIds }, { flush: true });
  } catch (error) {
    for (const letter of letters) state.deadLetters.set(letter.messageId, letter);
    throw error;
  }
  for (const message of messages) state.visibility.show(message);
  wake(state);
  return letters.length;
}

function waitForMessage(
  state: QueueState,
  { timeoutMilliseconds = Infinity, signal }: WaitOptions,
): Promise<void> {
  return new Promise((resolve) => {
    const untilVisibleMilliseconds = state.visibility.nextVisibleAtMilliseconds() - Date.now();
    const delayMilliseconds = Math.min(
      Math.max(0, Math.min(timeoutMilliseconds, untilVisibleMilliseconds)),
      MAXIMUM_TIMER_MILLISECONDS,
    );
    const timer = setTimeout(done, delayMilliseconds);
    function done(): void {
      clearTimeout(timer);
      state.wakers.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    }
    state.wakers.add(done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

function wake(state: QueueState): void {
  for (const waker of [...state.wakers]) waker();
}

function heldMessages(state: QueueState, receiptHandles: readonly string[]): StoredMessage[] {
  return receiptHandles.flatMap((handle) => state.visibility.findHidden(handle) ?? []);
}

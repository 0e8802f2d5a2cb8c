import type { SQSRecord } from 'aws-lambda';
import { CliptagError } from '../core/errors.ts';
import { type AttemptLog, NO_ATTEMPTS } from '../core/tagging/attempts.ts';
import type { MessageInbox } from '../core/tagging/message-inbox.ts';
import { isSuspect, type ReturnedMessage, receivesOf, settle, tagSuspects } from './suspects.ts';

/** How the messages of a batch are worked on. */
export interface BatchWork {
  readonly attempts: AttemptLog;
  readonly inbox: MessageInbox | undefined;
  readonly maximumReceives: number;
  /** Time until the function is ended. */
  readonly remainingMilliseconds: () => number;
  /** Whether a message tells of objects: no other can end the process. */
  readonly tellsOfObjects: (message: SQSRecord) => boolean;
  /** Works on a message; rejects when it must come again. */
  readonly work: (message: SQSRecord) => Promise<void>;
  /** Works on several at once; gives those that must come again. */
  readonly workOnAll: (messages: readonly SQSRecord[]) => Promise<readonly SQSRecord[]>;
  readonly giveUp: (message: SQSRecord, deaths: number) => Promise<void>;
  readonly fault: (error: unknown, message: SQSRecord) => void;
}

/** The slowest picture takes 20 s, and its record's writes some more: with less time left none is begun alone. */
const LONGEST_WORK_MILLISECONDS = 25_000;
/** Left for the notes and the response once the time for work is up. */
const LAST_MILLISECONDS = 3_000;

/**
 * Works on a batch: all at once on what comes for the first time, or failed with a fault that was told; on each other
 * message that comes again alone, for it may be what ended the process.
 *
 * @returns the messages that must come again
 */
export async function workOnBatch(
  messages: readonly SQSRecord[],
  options: BatchWork,
): Promise<readonly SQSRecord[]> {
  const { attempts, inbox, maximumReceives, remainingMilliseconds, fault } = options;
  const again: SQSRecord[] = [];
  // Functions with less time than that in all work in its first half.
  const enoughMilliseconds = Math.min(LONGEST_WORK_MILLISECONDS, remainingMilliseconds() / 2);
  const comesAgain = (message: SQSRecord) => receivesOf(message) > 1 && options.tellsOfObjects(message);
  const returned: ReturnedMessage[] = [];
  await Promise.all(
    messages.filter(comesAgain).map(async (message) => {
      try {
        returned.push({ message, history: await attempts.history(message.messageId) });
      } catch (error) {
        fault(error, message);
        again.push(message);
      }
    }),
  );
  const suspects = returned.filter((one) => isSuspect(one, maximumReceives));
  const calm = returned.filter((one) => !suspects.includes(one));
  const fresh = messages.filter((message) => !comesAgain(message));
  const others = async () => {
    const together = [...fresh, ...calm.map(({ message }) => message)];
    const failed = together.length > 0 ? await options.workOnAll(together) : [];
    again.push(...failed);
    await note(together, failed, calm, options);
    if (suspects.length > 0) await settle(without(together, failed), inbox);
  };
  if (suspects.length === 0) await others();
  else {
    const hasTime = () => remainingMilliseconds() >= enoughMilliseconds;
    const work = (message: SQSRecord) => inTime(options.work(message), remainingMilliseconds());
    again.push(...(await tagSuspects(suspects, { ...options, work, hasTime, others })));
  }
  return again;
}

/**
 * Notes faults that were told, and forgets those of messages that are done. Where that fails, a message is a suspect
 * that needs not be one.
 */
async function note(
  messages: readonly SQSRecord[],
  failed: readonly SQSRecord[],
  calm: readonly ReturnedMessage[],
  { attempts, tellsOfObjects }: BatchWork,
): Promise<void> {
  const historyOf = (message: SQSRecord) => calm.find((one) => one.message === message)?.history;
  const told = failed
    .filter(tellsOfObjects)
    .map((message) =>
      attempts.told(message.messageId, historyOf(message) ?? NO_ATTEMPTS, receivesOf(message)),
    );
  const done = without(messages, failed).flatMap((message) => {
    const history = historyOf(message);
    return history ? [attempts.done(message.messageId, history)] : [];
  });
  await Promise.allSettled([...told, ...done]);
}

function without(messages: readonly SQSRecord[], left: readonly SQSRecord[]): readonly SQSRecord[] {
  return messages.filter((message) => !left.includes(message));
}

/** Gives work up before the function's time is: waiting for a store that does not answer is no fault of an image. */
async function inTime(work: Promise<void>, milliseconds: number): Promise<void> {
  if (milliseconds === Infinity) return work;
  const limit = Math.max(0, milliseconds - LAST_MILLISECONDS);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `Expected a message to be done within ${Math.round(limit)} ms, the function's time, but it took longer`;
    timer = setTimeout(() => reject(new CliptagError('out-of-time', message)), limit);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

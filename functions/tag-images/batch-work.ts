import type { SQSRecord } from 'aws-lambda';
import type { MessageNotes } from '../core/tagging/message-notes.ts';
import {
  isSuspect,
  type ReturnedMessage,
  receivesOf,
  type SuspectOptions,
  settle,
  tagSuspects,
} from './suspects.ts';
import { within } from './within.ts';

/** How the messages of a batch are worked on. */
export interface BatchWork {
  readonly notes: MessageNotes;
  readonly inbox: SuspectOptions['inbox'];
  readonly maximumReceives: number;
  /** Time until the function is ended. */
  readonly remainingMilliseconds: () => number;
  /** Whether a message tells of objects: no other can end the process. */
  readonly tellsOfObjects: (message: SQSRecord) => boolean;
  /** Works on a message; rejects when it must come again. */
  readonly work: (message: SQSRecord) => Promise<void>;
  /** Works on several at once; gives those that must come again. */
  readonly workOnAll: (messages: readonly SQSRecord[]) => Promise<readonly SQSRecord[]>;
  /** As of {@link SuspectOptions}. @default none */
  readonly endsAnother?: SuspectOptions['endsAnother'];
  readonly giveUp: (message: SQSRecord, deaths: number) => Promise<void>;
  readonly fault: (error: unknown, message: SQSRecord) => void;
}

/** The slowest picture takes 20 s, and its record's writes some more: with less time left none is begun alone. */
const LONGEST_WORK_MILLISECONDS = 25_000;
/** Left for the notes and the response once the time for work is up. */
const LAST_MILLISECONDS = 3_000;
/** Left for messages to be postponed and for the response, once notes have had their time. */
const RESPONSE_MILLISECONDS = 1_500;
/** What an outage left is noted before the work, and beside it where that takes longer. */
const MAKE_UP_MILLISECONDS = 500;

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
  const { notes, inbox, maximumReceives, remainingMilliseconds, fault } = options;
  const again: SQSRecord[] = [];
  await within(MAKE_UP_MILLISECONDS, notes.makeUp()).catch(() => {});
  // Functions with less time than that in all work in its first half.
  const enoughMilliseconds = Math.min(LONGEST_WORK_MILLISECONDS, remainingMilliseconds() / 2);
  const comesAgain = (message: SQSRecord) => receivesOf(message) > 1 && options.tellsOfObjects(message);
  const returned: ReturnedMessage[] = [];
  await Promise.all(
    messages.filter(comesAgain).map(async (message) => {
      try {
        returned.push({ message, history: await notes.history(message.body) });
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
    // A note that a message misses has it worked on alone. A function that is ended has its whole batch worked on again.
    const noting = note(together, failed, calm, options);
    await within(remainingMilliseconds() - RESPONSE_MILLISECONDS, noting).catch(() => {});
    if (suspects.length > 0) await settle(without(together, failed), inbox);
  };
  if (suspects.length === 0) await others();
  else {
    const hasTime = () => remainingMilliseconds() >= enoughMilliseconds;
    // Waiting for a store that does not answer is no fault of an image, and must not end the process.
    const inTime = (step: Promise<void>) => within(remainingMilliseconds() - LAST_MILLISECONDS, step);
    again.push(...(await tagSuspects(suspects, { ...options, inTime, hasTime, others })));
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
  { notes, tellsOfObjects }: BatchWork,
): Promise<void> {
  const told = failed.filter(tellsOfObjects).map((message) => notes.told(message.body, receivesOf(message)));
  const noted = new Set(calm.map(({ message }) => message));
  const done = without(messages, failed)
    .filter((message) => noted.has(message))
    .map((message) => notes.done(message.body));
  await Promise.allSettled([...told, ...done]);
}

function without(messages: readonly SQSRecord[], left: readonly SQSRecord[]): readonly SQSRecord[] {
  return messages.filter((message) => !left.includes(message));
}

import type { SQSRecord } from 'aws-lambda';
import type { MessageInbox } from '../core/tagging/message-inbox.ts';
import type { MessageHistory, MessageNotes } from '../core/tagging/message-notes.ts';
import { within } from './within.ts';

/** A message that has come before, and what is noted of it. */
export interface ReturnedMessage {
  readonly message: SQSRecord;
  readonly history: MessageHistory;
}

/** How suspects are worked on. */
export interface SuspectOptions {
  readonly notes: MessageNotes;
  /** @default none: messages are settled by the batch's response alone */
  readonly inbox?: Pick<MessageInbox, 'settle' | 'sendAnew'> | undefined;
  /** Receives of a message before it goes to the dead-letter queue. */
  readonly maximumReceives: number;
  /** Whether there is time for another message. */
  readonly hasTime: () => boolean;
  /** Works on a message; rejects when it must come again. */
  readonly work: (message: SQSRecord) => Promise<void>;
  /** Rejects when something takes longer than there is time for work. */
  readonly inTime: (step: Promise<void>) => Promise<void>;
  /** Works on those that are no suspects, all at once. */
  readonly others: () => Promise<void>;
  /**
   * Whether a message ends a process of its own as well, where one can be had. It is asked for those that this is known of
   * only by what was noted: a process that somebody has killed was at something, too.
   * @default none: what is noted is enough
   */
  readonly endsAnother?: ((message: SQSRecord) => Promise<boolean>) | undefined;
  /** Records that a message's images have ended the process; rejects when it must come again. */
  readonly giveUp: (message: SQSRecord, deaths: number) => Promise<void>;
  /** Called for every message that must come again after it was worked on. */
  readonly fault: (error: unknown, message: SQSRecord) => void;
}

/** So often a message may end the process while it is worked on alone. */
const MAXIMUM_DEATHS = 3;

/** Nobody is killed so often amid the same message: then it is to blame, though it ends no other process. */
const CERTAIN_DEATHS = 2 * MAXIMUM_DEATHS;

/** What a note may take once the time for work is up: notes, new messages and the response share three seconds. */
const NOTE_MILLISECONDS = 1_200;

/** How often SQS has handed out a message, this time included. */
export function receivesOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount) || 1;
}

/**
 * Whether a message may have ended a process. One whose last fault was told has not; at its last receive it is worked on
 * alone all the same, so that no other can end its last chance.
 */
export function isSuspect({ message, history }: ReturnedMessage, maximumReceives: number): boolean {
  const receives = receivesOf(message);
  return history.deaths > 0 || history.toldAtReceive !== receives - 1 || receives >= maximumReceives;
}

/**
 * Works on suspects: one of them may have ended the process (no memory left, a crash of native code, the function's time
 * limit), and nobody knows which. So each is worked on alone and noted in the table before, and what is done is deleted
 * from the queue before the next one begins. What the next process finds noted and not ended is what ended this one.
 *
 * - Messages that are known to have ended a process come last, behind all others. After {@link MAXIMUM_DEATHS} times they
 *   are not tried again: their images are recorded as failed, unless they prove harmless to a process of their own. With
 *   fewer at their last receive they are sent anew and then tried, before the others, any of which may end the process as well: each such turn decides something.
 * - A message that was never tried, because others ended the process before its turn, is sent anew while there is one
 *   receive left: so none becomes a dead letter for its neighbours.
 * - A process that cannot note that it has lived on, since the table is out, sends the message anew under another name, of
 *   which nothing is noted: an outage makes no image a failed one.
 *
 * @returns the messages that must come again
 */
export async function tagSuspects(
  suspects: readonly ReturnedMessage[],
  options: SuspectOptions,
): Promise<readonly SQSRecord[]> {
  const { inbox, maximumReceives } = options;
  const again: SQSRecord[] = [];
  const orAgain = async (message: SQSRecord, step: () => Promise<void>) => {
    try {
      await step();
    } catch (error) {
      options.fault(error, message);
      again.push(message);
    }
  };
  const tryInTurn = async (turn: readonly ReturnedMessage[]) => {
    for (const suspect of turn) {
      if (options.hasTime()) await orAgain(suspect.message, () => tryAlone(suspect, options));
      else again.push(suspect.message);
    }
  };
  const accused = suspects.filter(({ history }) => history.deaths >= MAXIMUM_DEATHS);
  const acquitted: ReturnedMessage[] = [];
  for (const suspect of accused) {
    await orAgain(suspect.message, async () => {
      if (await isToBlame(suspect, options)) await giveUp(suspect, options);
      else acquitted.push(suspect);
    });
  }
  const rest = suspects
    .filter((suspect) => !accused.includes(suspect) || acquitted.includes(suspect))
    .toSorted(byReceives);
  const undecided = rest.filter((suspect) => isUndecided(suspect, maximumReceives));
  const starved = inbox ? rest.filter((suspect) => runsOut(suspect, maximumReceives)).slice(1) : [];
  for (const { message } of [...undecided, ...starved]) {
    await orAgain(message, async () => inbox?.sendAnew([message]));
  }
  const tried = rest.filter((suspect) => !undecided.includes(suspect) && !starved.includes(suspect));
  await tryInTurn(tried.filter(({ history }) => history.deaths === 0));
  await tryInTurn(undecided);
  await options.others();
  await tryInTurn(tried.filter(({ history }) => history.deaths > 0));
  return again;
}

async function tryAlone({ message }: ReturnedMessage, options: SuspectOptions): Promise<void> {
  const { notes, work, inTime, inbox } = options;
  const { body } = message;
  const wholeWork = async () => {
    await notes.begin(body);
    await work(message);
    await notes.done(body);
  };
  try {
    await inTime(wholeWork());
  } catch (error) {
    await noteThatItLives(message, options);
    throw error;
  }
  await settle([message], inbox);
}

/** Whatever did not go well, the note may say that work was begun: even if writing it has failed. */
async function noteThatItLives(
  message: SQSRecord,
  { notes, inbox }: Pick<SuspectOptions, 'notes' | 'inbox'>,
): Promise<void> {
  const { body } = message;
  try {
    await within(NOTE_MILLISECONDS, notes.told(body, receivesOf(message)));
  } catch {
    // JSON with one space more says the same, and has another name.
    const renamed = { ...message, body: `${body} ` };
    await within(NOTE_MILLISECONDS, inbox?.sendAnew([renamed])).catch(() => {});
  }
}

async function isToBlame(
  { message, history }: ReturnedMessage,
  { endsAnother }: Pick<SuspectOptions, 'endsAnother'>,
): Promise<boolean> {
  return !endsAnother || history.deaths >= CERTAIN_DEATHS || endsAnother(message);
}

async function giveUp(
  { message, history }: ReturnedMessage,
  { notes, inbox, ...options }: SuspectOptions,
): Promise<void> {
  await options.giveUp(message, history.deaths);
  await notes.done(message.body);
  await settle([message], inbox);
}

/** Deletes messages that are done. Where the queue cannot be reached, the batch's response does it. */
export async function settle(messages: readonly SQSRecord[], inbox: SuspectOptions['inbox']): Promise<void> {
  if (messages.length > 0) await inbox?.settle(messages).catch(() => {});
}

/** Whether it has ended processes, though not often enough to be blamed, and has no receive left to do so. */
function isUndecided({ message, history: { deaths } }: ReturnedMessage, maximumReceives: number): boolean {
  return deaths > 0 && receivesOf(message) >= maximumReceives;
}

/** Whether its receives were all but used up by others. */
function runsOut({ message, history }: ReturnedMessage, maximumReceives: number): boolean {
  return !history.isTried && receivesOf(message) >= maximumReceives - 1;
}

/** Those with the fewest receives left first. */
function byReceives(a: ReturnedMessage, b: ReturnedMessage): number {
  return receivesOf(b.message) - receivesOf(a.message);
}

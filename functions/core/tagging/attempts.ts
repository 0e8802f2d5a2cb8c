import type { Item, PrimaryKey, TagTable } from '../records/tag-table.ts';

/** What is noted of a message that came again. */
export interface AttemptHistory {
  /** Whether anything is: work on it was begun alone, or a fault of it was told. */
  readonly isTried: boolean;
  /** How often the process ended while it was worked on alone. */
  readonly deaths: number;
  /** The last receive after which a fault of it was told. */
  readonly toldAtReceive?: number | undefined;
}

/** Notes work on single messages, so that the next process knows what ended the last one. */
export interface AttemptLog {
  history(messageId: string): Promise<AttemptHistory>;
  /** Before work on it alone. */
  begin(messageId: string, history: AttemptHistory): Promise<void>;
  /** After a fault that was told, so that the process did not end. */
  told(messageId: string, history: AttemptHistory, receive: number): Promise<void>;
  /** After work that is done. */
  done(messageId: string, history: AttemptHistory): Promise<void>;
}

export const NO_ATTEMPTS: AttemptHistory = { isTried: false, deaths: 0 };

/** A message is kept for 4 days. Once it is redriven it has another name, and counts anew. */
const LIFETIME_SECONDS = 30 * 24 * 60 * 60;

/**
 * Keeps the notes in the table, beside image records and label entries. A note costs one write unit, and so does its end;
 * only messages that fail or come again have one.
 */
export function attemptLog(table: Pick<TagTable, 'read' | 'write'>, now: () => Date): AttemptLog {
  const note = async (messageId: string, { deaths }: AttemptHistory, state: Item) => {
    const expiresAt = Math.floor(now().getTime() / 1000) + LIFETIME_SECONDS;
    await table.write({
      kind: 'put',
      Item: { ...noteKey(messageId), ...state, deaths, expiresAt },
      ...unlessMoreDeaths(deaths),
    });
  };
  return {
    history: async (messageId) => {
      const item = await table.read({ Key: noteKey(messageId), ConsistentRead: true });
      return item ? historyIn(item) : NO_ATTEMPTS;
    },
    begin: (messageId, history) => note(messageId, history, { isOpen: true }),
    told: (messageId, history, receive) => note(messageId, history, { toldAtReceive: receive }),
    done: async (messageId, { deaths }) => {
      await table.write({ kind: 'delete', Key: noteKey(messageId), ...unlessMoreDeaths(deaths) });
    },
  };
}

/** SQS may hand out a message twice at once: what is known of its deaths is not forgotten. */
function unlessMoreDeaths(deaths: number) {
  return {
    ConditionExpression: 'attribute_not_exists(PK) OR deaths <= :deaths',
    ExpressionAttributeValues: { ':deaths': deaths },
  };
}

/** Work that was begun and never ended is one death more. */
function historyIn({ deaths, isOpen, toldAtReceive }: Item): AttemptHistory {
  return {
    isTried: true,
    deaths: Number(deaths) + (isOpen ? 1 : 0),
    ...(toldAtReceive !== undefined && { toldAtReceive: Number(toldAtReceive) }),
  };
}

function noteKey(messageId: string): PrimaryKey {
  return { PK: `ATTEMPT#${messageId}`, SK: 'ATTEMPT' };
}

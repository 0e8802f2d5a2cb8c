import { createHash, randomUUID } from 'node:crypto';
import { CliptagError } from '../errors.ts';
import type { Item, PrimaryKey, TagTable } from '../records/tag-table.ts';

/** What is noted of a message that came again. */
export interface MessageHistory {
  /** Whether anything is: work on it was begun alone, or a fault of it was told. */
  readonly isTried: boolean;
  /** How many other processes began to work on it alone and have not said since that they lived on. */
  readonly deaths: number;
  /** The last receive after which a fault of it was told. */
  readonly toldAtReceive?: number | undefined;
}

/**
 * Notes work on single messages, so that the next process knows what ended the last one. Every note may fail, as the table
 * may; what a living process could not note, it notes later.
 */
export interface MessageNotes {
  history(body: string): Promise<MessageHistory>;
  /** Before work on it alone. */
  begin(body: string): Promise<void>;
  /** After a fault that was told, or work that was left: the process did not end. */
  told(body: string, receive: number): Promise<void>;
  /** After work that is done. */
  done(body: string): Promise<void>;
  /** Notes once more what `told` and `done` could not. */
  makeUp(): Promise<void>;
  /** Before the process ends by itself: whatever it is still at has not ended it. */
  close(): Promise<void>;
}

/** What is kept of a message. `begunBy`: processes that work on it alone, or ended while they did. */
interface Note {
  readonly version: number;
  readonly begunBy: readonly string[];
  readonly toldAtReceive?: number | undefined;
}

/** A message is kept for 4 days, and as a dead letter for 14. */
const LIFETIME_SECONDS = 30 * 24 * 60 * 60;

/** Each lost one means that another process has noted something. */
const MAXIMUM_ATTEMPTS = 8;

/** A batch is not kept from its work by what an outage left. */
const MAXIMUM_MADE_UP = 25;

const NEW_NOTE: Note = { version: 0, begunBy: [] };

/**
 * Keeps the notes in the table, beside image records and label entries; only messages that fail or come again have one. It
 * belongs to what the message says, so that the same message sent once more is known.
 *
 * A process is blamed on a message only once another one sees that it began and never said more. So each has its name in
 * the note: what it notes itself shows that it lives, and it never takes away what is known of others.
 */
export function messageNotes(
  table: Pick<TagTable, 'read' | 'write'>,
  now: () => Date,
  processName: string = randomUUID(),
): MessageNotes {
  /** Partition key → last receive, of all that this process has begun and not closed. */
  const open = new Map<string, number>();
  /** Those of them that it is not at any more. */
  const left = new Set<string>();

  const read = async (PK: string): Promise<Note | undefined> => {
    const item = await table.read({ Key: noteKey(PK), ConsistentRead: true });
    return item && noteIn(item);
  };

  /** A request that arrives late finds another version, and does nothing. */
  async function change(PK: string, changed: (note: Note) => Partial<Note>): Promise<void> {
    for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
      const found = await read(PK);
      const note = found ?? NEW_NOTE;
      const expiresAt = Math.floor(now().getTime() / 1000) + LIFETIME_SECONDS;
      const written = await table.write({
        kind: 'put',
        Item: { ...noteKey(PK), ...note, ...changed(note), version: note.version + 1, expiresAt },
        ConditionExpression: found ? 'version = :version' : 'attribute_not_exists(PK)',
        ExpressionAttributeValues: found ? { ':version': note.version } : {},
      });
      if (written) return;
    }
    throw new CliptagError('contended', `Lost ${MAXIMUM_ATTEMPTS} writes of a note in a row`);
  }

  const others = ({ begunBy }: Note) => begunBy.filter((name) => name !== processName);

  function forget(PK: string): void {
    open.delete(PK);
    left.delete(PK);
  }

  async function livedOn(PK: string, receive: number): Promise<void> {
    if (open.has(PK)) {
      open.set(PK, receive);
      left.add(PK);
    }
    await change(PK, (note) => ({
      begunBy: others(note),
      toldAtReceive: Math.max(note.toldAtReceive ?? 0, receive),
    }));
    forget(PK);
  }

  return {
    async history(body) {
      const note = await read(partitionOf(body));
      if (!note) return { isTried: false, deaths: 0 };
      const { toldAtReceive } = note;
      const deaths = others(note).length;
      return { isTried: true, deaths, ...(toldAtReceive !== undefined && { toldAtReceive }) };
    },
    async begin(body) {
      const PK = partitionOf(body);
      left.delete(PK);
      open.set(PK, open.get(PK) ?? 0);
      await change(PK, (note) => {
        // It was given up meanwhile, which is noted already.
        if (left.has(PK) || !open.has(PK)) throw new CliptagError('out-of-time', 'The work was given up');
        return { begunBy: [...others(note), processName] };
      });
    },
    told: (body, receive) => livedOn(partitionOf(body), receive),
    async done(body) {
      const PK = partitionOf(body);
      if (open.has(PK)) left.add(PK);
      await table.write({
        kind: 'delete',
        Key: noteKey(PK),
        ConditionExpression: 'attribute_exists(PK)',
        ExpressionAttributeValues: {},
      });
      forget(PK);
    },
    async makeUp() {
      const some = [...left].slice(0, MAXIMUM_MADE_UP);
      await Promise.allSettled(some.map((PK) => livedOn(PK, open.get(PK) ?? 0)));
    },
    async close() {
      await Promise.allSettled([...open].map(([PK, receive]) => livedOn(PK, receive)));
    },
  };
}

function noteIn({ version, begunBy, toldAtReceive }: Item): Note {
  return {
    version: Number(version),
    begunBy: Array.isArray(begunBy) ? begunBy.map(String) : [],
    ...(toldAtReceive !== undefined && { toldAtReceive: Number(toldAtReceive) }),
  };
}

function partitionOf(body: string): string {
  return `ATTEMPT#${createHash('sha256').update(body).digest('hex')}`;
}

function noteKey(PK: string): PrimaryKey {
  return { PK, SK: 'ATTEMPT' };
}

import { CliptagError, excerpt } from '../errors.ts';
import type { PrimaryKey, ReadRequest, TagTable, WriteRequest } from './tag-table.ts';

/**
 * Into how many shards a table's partitions are divided, as a note in the table says: who reads a table need be told by nobody
 * else. The number only grows, and it is noted before the first item stands in a new shard, so that a reader who asks
 * as many shards as the note says misses nothing that stood before, in whichever number it was written for.
 */
export interface TableShards {
  /** At least 1. */
  readonly shards: number;
  /** That, and every number before, largest first, down to 1: items may stand where any of them puts them. */
  readonly numbers: readonly number[];
}

/** Who reads a table asks all of them at once. More than a stack may have (`core/cost/throughput.ts`). */
const MAXIMUM_SHARDS = 1_024;

const NOTE_KEY: PrimaryKey = { PK: 'TABLE', SK: 'SHARDS' };

interface ShardsNote {
  readonly shards: number;
  readonly earlier: readonly number[];
}

const UNDIVIDED: ShardsNote = { shards: 1, earlier: [] };

/** As the table says now; a table without a note has one shard. */
export async function readShards(table: Pick<TagTable, 'read'>): Promise<TableShards> {
  return shardsOf(await readNote(table));
}

/** Has the table divided into that many shards at least; to be done before anything is written into them. */
export async function raiseShards(
  table: Pick<TagTable, 'read' | 'write'>,
  wanted: number,
): Promise<TableShards> {
  for (;;) {
    const before = await readNote(table);
    const { shards, numbers } = shardsOf(before);
    if (wanted <= shards) return { shards, numbers };
    const note = { shards: wanted, earlier: numbers };
    if (await table.write(putNote(note, before))) return shardsOf(note);
    // Whoever was faster has raised it, perhaps by less.
  }
}

function shardsOf({ shards, earlier }: ShardsNote = UNDIVIDED): TableShards {
  return { shards, numbers: [shards, ...earlier] };
}

export function readShardsNote(): ReadRequest {
  return { Key: NOTE_KEY, ConsistentRead: true };
}

/** @throws {CliptagError} `table-fault` for a note that this program has not written: images would be missing unseen */
async function readNote(table: Pick<TagTable, 'read'>): Promise<ShardsNote | undefined> {
  const note = await table.read(readShardsNote());
  if (note === undefined) return undefined;
  const { shards, earlier } = note;
  if (isNumberOfShards(shards) && Array.isArray(earlier) && earlier.every(isNumberOfShards))
    return { shards, earlier };
  throw new CliptagError(
    'table-fault',
    `Expected numbers from 1 to ${MAXIMUM_SHARDS} as shards and earlier in the table's item ${NOTE_KEY.PK} / ${NOTE_KEY.SK} but received ${excerpt({ shards, earlier })}`,
  );
}

function isNumberOfShards(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAXIMUM_SHARDS;
}

function putNote(note: ShardsNote, before: ShardsNote | undefined): WriteRequest {
  return {
    kind: 'put',
    Item: { ...NOTE_KEY, ...note },
    ConditionExpression: before ? 'shards = :shards' : 'attribute_not_exists(PK)',
    ExpressionAttributeValues: before ? { ':shards': before.shards } : {},
  };
}

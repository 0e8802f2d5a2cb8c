import { z } from 'zod';
import { CliptagError } from '../../core/errors.ts';
import type { TokenTables } from './token-tables.ts';

/** The name of the file in a compiled model's folder. */
export const TOKEN_TABLES_FILE = 'tokenizer.bin';

/** The first bytes; the digit is the format's version. */
const MAGIC = 'cliptok1';
const LENGTH_BYTES = 4;
const NUMBER_BYTES = 4;
const BYTES = 256;

const count = z.int().min(0).max(0xffff_ffff);
const header = z.strictObject({
  characters: count,
  vocabulary: count,
  merges: count,
  endToken: count,
  padToken: count,
  whole: z.array(z.tuple([z.string(), count])),
});

/**
 * Tables as a file: {@link MAGIC}, the length of a JSON text with counts and whole tokens, that text, and the tables as
 * unsigned 32-bit numbers (little-endian, as all machines are that ONNX Runtime runs on). The same tables always give the
 * same bytes, since a model's digest covers them.
 */
export function tokenTablesFile({
  characters,
  bytes,
  merges,
  whole,
  endToken,
  padToken,
}: TokenTables): Buffer {
  const text = JSON.stringify({
    characters: characters.codePoints.length,
    vocabulary: merges.starts.length - 1,
    merges: merges.rights.length,
    ...{ endToken, padToken },
    whole: whole.map(({ text, id }) => [text, id]),
  });
  const head = Buffer.from(text);
  // Spaces behind the text let the numbers begin at a multiple of their size.
  const padded = Buffer.alloc(Math.ceil(head.length / NUMBER_BYTES) * NUMBER_BYTES, ' ');
  head.copy(padded);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(padded.length);
  const tables = [
    ...[characters.codePoints, characters.ids, bytes],
    ...[merges.starts, merges.rights, merges.ranks, merges.results],
  ];
  return Buffer.concat([
    ...[Buffer.from(MAGIC), length, padded],
    ...tables.map((table) => new Uint8Array(table.buffer, table.byteOffset, table.byteLength)),
  ]);
}

/** Whether a file's first bytes are those of {@link tokenTablesFile}. */
export function isTokenTablesFile(content: Uint8Array): boolean {
  return Buffer.from(content.subarray(0, MAGIC.length)).toString('latin1') === MAGIC;
}

/**
 * @param path for errors
 * @throws {CliptagError} `no-tokenizer` for a file that is none of {@link tokenTablesFile}, or damaged
 */
export function readTokenTables(content: Uint8Array, path: string): TokenTables {
  const start = MAGIC.length + LENGTH_BYTES;
  if (!isTokenTablesFile(content) || content.length < start) throw damaged(path, 'other first bytes');
  const length = Buffer.from(content.subarray(MAGIC.length, start)).readUInt32LE();
  const head = header.safeParse(jsonOf(content.subarray(start, start + length)));
  if (!head.success || length % NUMBER_BYTES !== 0) throw damaged(path, 'no counts');
  const { characters, vocabulary, merges, endToken, padToken, whole } = head.data;
  const counts = [characters, characters, BYTES, vocabulary + 1, merges, merges, merges];
  const expected = start + length + NUMBER_BYTES * counts.reduce((sum, size) => sum + size, 0);
  if (content.length !== expected) throw damaged(path, `${content.length} bytes instead of ${expected}`);
  // A copy of its own begins at a multiple of the numbers' size, wherever the content lies.
  const take = takerOf(new Uint32Array(new Uint8Array(content.subarray(start + length)).buffer));
  const tables: TokenTables = {
    characters: { codePoints: take(characters), ids: take(characters) },
    bytes: take(BYTES),
    merges: {
      ...{ starts: take(vocabulary + 1), rights: take(merges) },
      ...{ ranks: take(merges), results: take(merges) },
    },
    whole: whole.map(([text, id]) => ({ text, id })),
    ...{ endToken, padToken },
  };
  const fault = faultOf(tables, vocabulary);
  if (fault !== undefined) throw damaged(path, fault);
  return tables;
}

/** Gives the numbers piece by piece, in their order. */
function takerOf(numbers: Uint32Array): (count: number) => Uint32Array {
  let taken = 0;
  return (count) => {
    taken += count;
    return numbers.subarray(taken - count, taken);
  };
}

/** What would lead out of a table, or makes its search find nothing. */
function faultOf(tables: TokenTables, vocabulary: number): string | undefined {
  const { characters, bytes, merges, endToken, padToken } = tables;
  if (!isAscending(characters.codePoints)) return 'characters out of order';
  if (!isAscending(merges.starts)) return 'merges out of order';
  if (merges.starts[0] !== 0 || merges.starts[vocabulary] !== merges.rights.length) return 'merges left over';
  const tokens = [characters.ids, bytes, merges.rights, merges.results, Uint32Array.of(endToken, padToken)];
  return tokens.some((table) => table.some((id) => id >= vocabulary)) ? 'tokens out of range' : undefined;
}

function isAscending(table: Uint32Array): boolean {
  return table.every((value, i) => i === 0 || value >= (table[i - 1] ?? 0));
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

function damaged(path: string, found: string): CliptagError {
  return new CliptagError(
    'no-tokenizer',
    `Expected a tokenizer that \`cliptag models compile\` wrote but ${path} is damaged: ${found}`,
  );
}

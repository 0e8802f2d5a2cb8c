import { z } from 'zod';
import { isPlainObject } from '../../core/document.ts';
import { CliptagError, excerpt, InvalidInput } from '../../core/errors.ts';
import { characterTable, mergeTable, type RankedMerges } from './sorted-tables.ts';
import type { TokenTables } from './token-tables.ts';

const spaceMark = z.object({
  type: z.literal('Replace'),
  pattern: z.object({ String: z.literal(' ') }),
  content: z.literal('▁'),
});

/** All but vocabulary and merges. Settings that would make other tokens are refused, unless they are off. */
const settingsSchema = z.object({
  model: z.object({
    type: z.literal('BPE').optional(),
    dropout: z.literal(0).nullish(),
    continuing_subword_prefix: z.literal('').nullish(),
    end_of_word_suffix: z.literal('').nullish(),
    ignore_merges: z.literal(false).nullish(),
  }),
  added_tokens: z.array(
    z.object({
      id: z.int().min(0),
      content: z.string(),
      single_word: z.literal(false).default(false),
      lstrip: z.literal(false).default(false),
      rstrip: z.literal(false).default(false),
      normalized: z.literal(false).default(false),
    }),
  ),
  normalizer: z.union([
    spaceMark,
    z.object({
      type: z.literal('Sequence'),
      normalizers: z.tuple([z.object({ type: z.literal('Lowercase') }), spaceMark]),
    }),
  ]),
  // It splits at spaces, of which the normaliser leaves none.
  pre_tokenizer: z
    .object({ type: z.literal('Split'), pattern: z.object({ String: z.literal(' ') }) })
    .nullish(),
});

/** Names by which the tokens are known that no text has in itself. */
const END = '<eos>';
const PAD = '<pad>';
const BYTES = 256;

/** Whether the content of a tokenizer.json is a byte pair encoding of characters, with bytes for those that are no token. */
export function isByteFallback(value: unknown): value is { readonly model: object } {
  return isPlainObject(value) && isPlainObject(value.model) && value.model.byte_fallback === true;
}

/**
 * The tables of a `tokenizer.json` as Gemma has it, which SigLIP 2 uses. Merges are pairs of texts, or single texts with a
 * space between, as files from before tokenizers 0.20 have them.
 *
 * @param value the file's content, for which {@link isByteFallback} holds
 * @param path for errors
 * @throws {CliptagError} `no-tokenizer` with all that is malformed, or that would make other tokens than these tables
 */
export function tablesOfTokenizerJson(value: { readonly model: object }, path: string): TokenTables {
  const { vocab, merges, ...model } = value.model as Record<string, unknown>;
  const { added_tokens: added } = settingsOf({ ...value, model }, path);
  const idOf = vocabularyOf(vocab, path);
  const named = (...names: readonly string[]) => {
    const id = names.map((name) => idOf.get(name)).find((found) => found !== undefined);
    if (id === undefined) throw notReadable(path, [`Expected a token ${names[0]} but there is none`]);
    return id;
  };
  // Gemma has no <0x09>: a tab is a token, so that nothing falls back to that byte.
  const byteToken = (byte: number) =>
    byte < 0x80 ? named(byteName(byte), String.fromCharCode(byte)) : named(byteName(byte));
  return {
    characters: characterTable(idOf),
    bytes: Uint32Array.from({ length: BYTES }, (_, byte) => byteToken(byte)),
    merges: mergeTable(rankedMerges(merges, idOf, path), idOf.size),
    whole: added.map(({ content, id }) => ({ text: content, id })),
    endToken: named(END),
    padToken: named(PAD),
  };
}

/** As SentencePiece names the token of a byte. */
function byteName(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

/** By hand: a schema for a quarter of a million entries takes seconds. */
function vocabularyOf(vocab: unknown, path: string): Map<string, number> {
  if (!isPlainObject(vocab)) throw notReadable(path, ['model.vocab: Expected tokens with their ids']);
  const entries = Object.entries(vocab) as Array<[string, number]>;
  const wrong = entries.find(([, id]) => !(Number.isInteger(id) && id >= 0 && id < entries.length));
  if (wrong !== undefined)
    throw notReadable(path, [
      `model.vocab: Expected ids from 0 to ${entries.length - 1} but ${JSON.stringify(wrong[0])} has ${JSON.stringify(wrong[1])}`,
    ]);
  return new Map(entries);
}

/** @throws {CliptagError} for the first merge that is none */
function rankedMerges(merges: unknown, idOf: ReadonlyMap<string, number>, path: string): RankedMerges {
  if (!Array.isArray(merges)) throw notReadable(path, ['model.merges: Expected a list']);
  const lefts = new Uint32Array(merges.length);
  const rights = new Uint32Array(merges.length);
  const results = new Uint32Array(merges.length);
  merges.forEach((merge: unknown, rank) => {
    const parts: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    const [left, right, more] = Array.isArray(parts) ? (parts as unknown[]) : [];
    const [leftId, rightId] = [idOf.get(left as string), idOf.get(right as string)];
    // Only texts are tokens: what else a file may hold cannot always be written as one.
    const result = leftId === undefined || rightId === undefined ? undefined : idOf.get(`${left}${right}`);
    if (leftId === undefined || rightId === undefined || result === undefined || more !== undefined)
      throw notReadable(path, [
        `model.merges.${rank}: Expected two tokens that make a third but received ${excerpt(merge)}`,
      ]);
    lefts[rank] = leftId;
    rights[rank] = rightId;
    results[rank] = result;
  });
  return { lefts, rights, results };
}

function settingsOf(value: object, path: string): z.infer<typeof settingsSchema> {
  const result = settingsSchema.safeParse(value);
  if (result.success) return result.data;
  throw notReadable(
    path,
    result.error.issues.map((issue) => `${z.core.toDotPath(issue.path) || '(top level)'}: ${issue.message}`),
  );
}

function notReadable(path: string, faults: readonly string[]): CliptagError {
  const { message } = new InvalidInput(`${path} is no tokenizer as Gemma and SigLIP 2 have it`, faults);
  return new CliptagError('no-tokenizer', message);
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { CliptagError, InvalidInput } from '../../core/errors.ts';
import { readUtf8 } from '../files/utf8-text.ts';
import { byteFallbackTokens } from '../tokens/byte-fallback-tokens.ts';
import type { TokenTables } from '../tokens/token-tables.ts';
import { TOKEN_TABLES_FILE } from '../tokens/token-tables-file.ts';
import { readTokenizerFile, TOKENIZER_FILE } from '../tokens/tokenizer-file.ts';
import { cleanText } from './clean-text.ts';

/** Token ids of a text from the start token, where the model has one, to the end token: at most `contextLength`. */
export type Tokenize = (text: string) => readonly number[];

/** The context length of every published CLIP (openai/CLIP, `clip/clip.py`: `context_length: int = 77`). */
const DEFAULT_CONTEXT_LENGTH = 77;

/**
 * More characters than a token can stand for: the longest of CLIP's 49,408 tokens has 32 bytes, composition (NFC) turns
 * up to 4 characters into one, and twice that leaves a long word enough context behind the last token that counts. Byte
 * pair encoding takes a second for 100,000 letters of one word, so the rest of the text, which cannot matter, is left
 * out.
 */
const CHARACTERS_PER_TOKEN = 256;

const tokenizerFile = z.looseObject({
  model: z.union([
    z.looseObject({ vocab: z.record(z.string(), z.number()), merges: z.array(z.unknown()) }),
    z.looseObject({ type: z.literal('Unigram'), vocab: z.array(z.tuple([z.string(), z.number()])) }),
  ]),
  added_tokens: z.array(z.looseObject({ content: z.string(), id: z.int() })),
});
const manifestFile = z.object({ text: z.object({ contextLength: z.int().min(2) }) });
const configFile = z.object({ text_config: z.object({ max_position_embeddings: z.int().min(2) }) });

/**
 * CLIP's byte pair encoding, SigLIP's Unigram model or SigLIP 2's byte pair encoding, as a folder's `tokenizer.json`
 * describes it, or the `tokenizer.bin` that compiling made of the last. Texts that are too long keep their beginning and
 * the end token (openai/CLIP, `clip/clip.py`, `tokenize(…, truncate=True)`). As in the reference, `<|endoftext|>` written
 * out in a text becomes the end token itself, and but for SigLIP 2 texts are cleaned first, without mojibake, which stays.
 *
 * @param options.contextLength @default what the folder's manifest.json says, else its config.json, else 77
 * @throws {CliptagError} `no-tokenizer` when the folder holds no tokenizer.json that adds a start and an end token, or,
 *   with a Unigram model, an end token alone
 */
export async function loadTokenizer(
  folder: string,
  options: { contextLength?: number } = {},
): Promise<Tokenize> {
  const path = await tokenizerPath(folder);
  const file = await readTokenizerFile(path);
  const contextLength = options.contextLength ?? (await contextLengthIn(folder));
  return 'tables' in file
    ? tokenizerOfTables(file.tables, contextLength)
    : tokenizerOfJson(file.json, contextLength, path);
}

/** SigLIP 2's tokenizer: no start token, and the end token behind every text (big_vision, `bos="no", eos="sticky"`). */
function tokenizerOfTables(tables: TokenTables, contextLength: number): Tokenize {
  const tokensOf = byteFallbackTokens(tables);
  const characters = contextLength * CHARACTERS_PER_TOKEN;
  return (text) => [...tokensOf(text.slice(0, characters)).slice(0, contextLength - 1), tables.endToken];
}

function tokenizerOfJson(json: unknown, contextLength: number, path: string): Tokenize {
  const { tokenizer, isUnigram } = builtTokenizer(json, path);
  const around = tokenizer.encode('').ids;
  const end = around.at(-1);
  if (end === undefined || around.length !== (isUnigram ? 1 : 2)) {
    const expected = isUnigram ? 'an end token after' : 'a start and an end token around';
    throw noTokenizer(`Expected ${expected} every text by ${path}`);
  }
  const characters = contextLength * CHARACTERS_PER_TOKEN;
  return (text) => {
    const beginning = cleanText(text).slice(0, characters);
    const { ids } = tokenizer.encode(isUnigram ? canonical(beginning) : beginning);
    return ids.length > contextLength ? [...ids.slice(0, contextLength - 1), end] : ids;
  };
}

/**
 * A text without punctuation, in lower case, as in SigLIP's training: open_clip does this before its tokenizer
 * (`tokenizer.py`, `canonicalize_text`, with Python's `string.punctuation`). Where tokenizer.json does it, too, twice is
 * the same as once.
 */
function canonical(text: string): string {
  return text
    .replaceAll('_', ' ')
    .replace(/[!-/:-@[-`{-~]/g, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

/** A compiled model has tables where its checkpoint had a tokenizer.json of their kind. */
async function tokenizerPath(folder: string): Promise<string> {
  const tables = join(folder, TOKEN_TABLES_FILE);
  const hasTables = (await stat(tables).catch(() => undefined))?.isFile() ?? false;
  return hasTables ? tables : join(folder, TOKENIZER_FILE);
}

function builtTokenizer(json: unknown, path: string): { tokenizer: Tokenizer; isUnigram: boolean } {
  const { success, data } = tokenizerFile.safeParse(json);
  if (!success)
    throw noTokenizer(
      `Expected a tokenizer with model.vocab, model.merges (or model.type "Unigram") and added_tokens in ${path}`,
    );
  try {
    return { tokenizer: new Tokenizer(data, {}), isUnigram: data.model.type === 'Unigram' };
  } catch (cause) {
    throw noTokenizer(`Expected a tokenizer that can be built from ${path}: ${String(cause)}`, cause);
  }
}

async function contextLengthIn(folder: string): Promise<number> {
  const manifest = manifestFile.safeParse(await readJson(join(folder, 'manifest.json')));
  if (manifest.success) return manifest.data.text.contextLength;
  const config = configFile.safeParse(await readJson(join(folder, 'config.json')));
  return config.success ? config.data.text_config.max_position_embeddings : DEFAULT_CONTEXT_LENGTH;
}

/** The value in a JSON file, or undefined when there is no such file. */
async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readUtf8(path);
  } catch (error) {
    if (error instanceof InvalidInput) throw noTokenizer(error.message, error);
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw noTokenizer(`Expected JSON in ${path}: ${String(cause)}`, cause);
  }
}

function noTokenizer(message: string, cause?: unknown): CliptagError {
  return new CliptagError('no-tokenizer', message, { cause });
}

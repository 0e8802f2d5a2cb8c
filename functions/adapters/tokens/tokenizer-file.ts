import { readFile } from 'node:fs/promises';
import { CliptagError } from '../../core/errors.ts';
import { encodingFault, utf8Text } from '../files/utf8-text.ts';
import type { TokenTables } from './token-tables.ts';
import { isTokenTablesFile, readTokenTables } from './token-tables-file.ts';
import { isByteFallback, tablesOfTokenizerJson } from './tokenizer-json.ts';

/** The name of a tokenizer's file in folders of checkpoints and of most models. */
export const TOKENIZER_FILE = 'tokenizer.json';

/** Tables of Gemma's kind of tokenizer, or the content of another kind's tokenizer.json. */
export type TokenizerFile = { readonly tables: TokenTables } | { readonly json: unknown };

/**
 * Reads a `tokenizer.json`, or the file of tables that compiling a model made of one.
 *
 * @throws {CliptagError} `no-tokenizer` when there is no such file, or it is malformed
 */
export async function readTokenizerFile(path: string): Promise<TokenizerFile> {
  const content = await readFile(path).catch((cause: unknown) => {
    throw noTokenizer(`Expected a tokenizer at ${path} but there is no such file`, cause);
  });
  if (isTokenTablesFile(content)) return { tables: readTokenTables(content, path) };
  const json = jsonOf(content, path);
  return isByteFallback(json) ? { tables: tablesOfTokenizerJson(json, path) } : { json };
}

function jsonOf(content: Buffer, path: string): unknown {
  const fault = encodingFault(content);
  if (fault !== undefined) throw noTokenizer(`${path} cannot be read:\n  ${fault}`);
  try {
    return JSON.parse(utf8Text(content));
  } catch (cause) {
    throw noTokenizer(`Expected JSON in ${path}: ${String(cause)}`, cause);
  }
}

function noTokenizer(message: string, cause?: unknown): CliptagError {
  return new CliptagError('no-tokenizer', message, { cause });
}

import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TokenTables } from '../../adapters/tokens/token-tables.ts';
import { tokenTablesFile } from '../../adapters/tokens/token-tables-file.ts';
import { readTokenizerFile } from '../../adapters/tokens/tokenizer-file.ts';
import { InvalidInput } from '../../core/errors.ts';
import { FILES } from './model-files.ts';
import type { Checkpoint } from './read/checkpoint.ts';

/**
 * Puts a tokenizer into a model's folder: as it is, or, of Gemma's kind, as tables. Its tokenizer.json has 34 MB and takes
 * over a second to read at every start; its tables have 8 MB and take 20 milliseconds.
 *
 * @returns the tables, where there are any
 * @throws {CliptagError} `no-tokenizer` for a file that is none
 */
export async function writeTokenizer(path: string, folder: string): Promise<TokenTables | undefined> {
  const file = await readTokenizerFile(path);
  if (!('tables' in file)) {
    await copyFile(path, join(folder, FILES.tokenizer));
    return undefined;
  }
  await writeFile(join(folder, FILES.tokenTables), tokenTablesFile(file.tables));
  return file.tables;
}

/**
 * The checkpoint whose texts are padded as the tokenizer says: configurations of SigLIP 2 leave it out, or have it from
 * SigLIP, whose vocabulary is another.
 *
 * @throws {InvalidInput} for a tokenizer with tokens that the checkpoint does not have
 */
export function withTokensOf(tables: TokenTables, checkpoint: Checkpoint): Checkpoint {
  const { vocabularySize } = checkpoint.text;
  const { padToken, merges, whole } = tables;
  const tokens = whole.reduce((most, { id }) => Math.max(most, id + 1), merges.starts.length - 1);
  if (tokens > vocabularySize)
    throw new InvalidInput('The tokenizer is not the one of this model', [
      `Expected at most ${vocabularySize} tokens but found ${tokens}`,
    ]);
  return { ...checkpoint, text: { ...checkpoint.text, padToken } };
}

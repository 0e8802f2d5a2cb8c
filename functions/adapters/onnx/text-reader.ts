import type { TextReader } from '../../core/labels/review/written-prompts.ts';
import type { Model } from '../files/model-folder.ts';
import { loadTokenizer } from './tokenizer.ts';

/** Longer than any prompt that a label set may have: a character is at most some four tokens. */
const MAXIMUM_TOKENS = 10_000;

/**
 * How a model reads texts.
 *
 * @throws {CliptagError} `no-tokenizer`
 */
export async function textReader({ folder, manifest }: Model): Promise<TextReader> {
  const tokenize = await loadTokenizer(folder, { contextLength: MAXIMUM_TOKENS });
  return { tokensOf: (text) => tokenize(text).length, contextLength: manifest.text.contextLength };
}

import { mergedTokens } from './merged-tokens.ts';
import { characterToken, type TokenTables } from './token-tables.ts';

/** What SentencePiece writes for a space. */
const SPACE_MARK = '▁';

/** Makes token ids of texts, from the first to before the end token. */
export type TokensOf = (text: string) => readonly number[];

/**
 * Gemma's byte pair encoding as SigLIP 2 takes it. Whole tokens are found first, in the text as it stands. The rest is in
 * lower case: "the siglip models work best with lowercase texts" (google-research/big_vision, `SigLIP2_demo.ipynb`, and
 * `Siglip2Tokenizer` of transformers 5). Unlike open_clip for its copies of these weights, neither takes punctuation
 * away or squeezes white space, nor is it done here.
 */
export function byteFallbackTokens(tables: TokenTables): TokensOf {
  const whole = new Map(tables.whole.map(({ text, id }) => [text, id]));
  const pattern = patternOf([...whole.keys()]);
  return (text) =>
    wellFormed(text)
      .split(pattern)
      .flatMap((part) => {
        const id = whole.get(part);
        return id === undefined ? mergedTokens(firstTokens(part, tables), tables.merges) : [id];
      });
}

/** The text as it is in UTF-8, in which half of a pair of surrogates is no character. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/** Finds the longest of the whole tokens at the leftmost place; `split` keeps what is in brackets. */
function patternOf(texts: readonly string[]): RegExp {
  const sorted = texts.filter((text) => text !== '').sort((a, b) => b.length - a.length);
  const escaped = sorted.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return sorted.length === 0 ? /(?!)/ : new RegExp(`(${escaped.join('|')})`);
}

/** A token for each character, or for each byte of those that are no token. */
function firstTokens(text: string, { characters, bytes }: TokenTables): number[] {
  const tokens: number[] = [];
  for (const written of text) {
    // Letter by letter, as the reference does: a whole word's final sigma would be another letter.
    for (const character of written === ' ' ? SPACE_MARK : written.toLowerCase()) {
      const token = characterToken(characters, character.codePointAt(0) ?? 0);
      if (token >= 0) tokens.push(token);
      else for (const byte of Buffer.from(character)) tokens.push(bytes[byte] ?? 0);
    }
  }
  return tokens;
}

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
  const split = splitterAt(new Map(tables.whole.map(({ text, id }) => [text, id])));
  return (text) =>
    split(wellFormed(text)).flatMap((part) =>
      typeof part === 'number' ? [part] : mergedTokens(firstTokens(part, tables), tables.merges),
    );
}

/** The text as it is in UTF-8, in which half of a pair of surrogates is no character. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/**
 * Splits a text at its whole tokens, which become their ids: the longest of them at the leftmost place. By their first
 * characters and lengths, since an expression of all would grow with them, beyond what an engine takes.
 */
function splitterAt(whole: ReadonlyMap<string, number>): (text: string) => Array<string | number> {
  const lengthsOf = lengthsByFirst([...whole.keys()].filter((text) => text !== ''));
  return (text) => {
    const parts: Array<string | number> = [];
    let from = 0;
    for (let at = 0; at < text.length; ) {
      const length = lengthsOf.get(text.charAt(at))?.find((one) => whole.has(text.slice(at, at + one)));
      if (length === undefined) {
        at += 1;
        continue;
      }
      parts.push(text.slice(from, at), whole.get(text.slice(at, at + length)) ?? 0);
      at += length;
      from = at;
    }
    return [...parts, text.slice(from)];
  };
}

/** For the first character of texts how long they are, longest first. */
function lengthsByFirst(texts: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const lengthsOf = new Map<string, Set<number>>();
  for (const text of texts) {
    const lengths = lengthsOf.get(text.charAt(0)) ?? new Set();
    lengthsOf.set(text.charAt(0), lengths.add(text.length));
  }
  return new Map([...lengthsOf].map(([first, lengths]) => [first, [...lengths].sort((a, b) => b - a)]));
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

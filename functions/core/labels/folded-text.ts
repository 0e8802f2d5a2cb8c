/**
 * One spelling for what people type in several ways, as CLIP's texts were cleaned in training: open_clip's tokenizer runs
 * ftfy's `fix_text` on every text (https://github.com/mlfoundations/open_clip, `src/open_clip/tokenizer.py`; ftfy 6.3,
 * `ftfy/fixes.py` and `ftfy/chardata.py`, whose order is kept here). Its repair of text in a wrong encoding is left out:
 * it guesses, and a label must not become another word.
 */
const FOLDINGS: ReadonlyArray<readonly [RegExp, (match: string) => string]> = [
  // C1 control characters are what Windows-1252 has there.
  [/[\u0080-\u009f]+/g, fromWindows1252],
  [/[ĲĳŉǱǲǳǄǅǆǇǈǉǊǋǌﬀﬁﬂﬃﬄﬅﬆ]/g, (ligature) => LIGATURES[ligature] ?? ligature],
  // Full-width Latin, half-width Katakana and Hangul, and the ideographic space.
  [/[\u3000\uff01-\uffef]/g, (wide) => wide.normalize('NFKC')],
  [/[\u201c-\u201f]/g, () => '"'],
  [/[\u02bc\u2018-\u201b]/g, () => "'"],
  [/\r\n|[\r\u2028\u2029\u0085]/g, () => '\n'],
  [/[\ud800-\udfff]/gu, () => '\ufffd'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  [/\u001b\[[\d;]*[a-zA-Z]/g, () => ''],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  [/[\u0000-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]/g, () => ''],
];

/** What Windows-1252 has from 0x80 on; where it has nothing, the control characters stay. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const LIGATURES: Readonly<Record<string, string>> = {
  ...{ Ĳ: 'IJ', ĳ: 'ij', ŉ: 'ʼn', Ǳ: 'DZ', ǲ: 'Dz', ǳ: 'dz', Ǆ: 'DŽ', ǅ: 'Dž', ǆ: 'dž' },
  ...{ Ǉ: 'LJ', ǈ: 'Lj', ǉ: 'lj', Ǌ: 'NJ', ǋ: 'Nj', ǌ: 'nj' },
  ...{ ﬀ: 'ff', ﬁ: 'fi', ﬂ: 'fl', ﬃ: 'ffi', ﬄ: 'ffl', ﬅ: 'ſt', ﬆ: 'st' },
};

/** White space as Python's `str.split` knows it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python takes these four for white space
const WHITE_SPACE = /[\t-\r\u001c-\u001f \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

/** ASCII letters without white space next to each other, which most words are: nothing can be folded. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/** A text whose bytes were taken for Latin-1, as Windows-1252 has it. Node 20's own decoder takes the two for one. */
export function fromWindows1252(latin1: string): string {
  return latin1.replace(
    /[\u0080-\u009f]/g,
    (control) => WINDOWS_1252[control.charCodeAt(0) - 0x80] ?? control,
  );
}

/** A text with straight quotes, letters of usual width, composed accents (NFC) and single spaces; letter case stays. */
export function foldedText(text: string): string {
  return PLAIN.test(text) ? text : spaced(foldedCharacters(text));
}

/** As {@link foldedText}, with all white space as it is. */
export function foldedCharacters(text: string): string {
  return settled(text, (unsettled) =>
    FOLDINGS.reduce((folded, [pattern, fold]) => folded.replace(pattern, fold), unsettled).normalize('NFC'),
  );
}

/** Passes over a text; ordinary ones are settled by the second, and ftfy makes as many as a hostile one asks for. */
const MAXIMUM_PASSES = 20;

/** What a text has become once a pass changes nothing more. */
export function settled(text: string, pass: (text: string) => string): string {
  let now = text;
  for (let passes = 0; passes < MAXIMUM_PASSES; passes++) {
    const next = pass(now);
    if (next === now) break;
    now = next;
  }
  return now;
}

/** A text with single spaces for white space, and none around it. */
export function spaced(text: string): string {
  return text.replace(WHITE_SPACE, ' ').trim();
}

/** The same for two words that differ in spelling or letter case alone. */
export function wordKey(word: string): string {
  return foldedText(word).toLowerCase();
}

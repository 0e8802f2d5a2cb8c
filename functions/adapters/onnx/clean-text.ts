import { decodeHTML, decodeHTMLStrict } from 'entities/decode';
import { foldedCharacters, settled, spaced } from '../../core/labels/folded-text.ts';

/** `ftfy/chardata.py`, `HTML_ENTITY_RE`: entities that end in a semicolon, about which there is no doubt. */
const SURE_ENTITY = /&#?[0-9A-Za-z]{1,24};/g;

const NUMERIC_ENTITY = /&#(?:x([0-9a-f]+)|(\d+));?/gi;
/** Tab, line feed, form feed and carriage return. */
const WHITE_CONTROLS = [0x09, 0x0a, 0x0c, 0x0d];

/**
 * A text as open_clip's tokenizer cleans it before it looks for tokens (`tokenizer.py`, `basic_clean`): ftfy's spelling,
 * HTML's entities as the characters they stand for, and single spaces. Lower case is left to tokenizer.json.
 */
export function cleanText(text: string): string {
  return spaced(unescapedHtml(unescapedHtml(fixedText(text))));
}

/** Python's `html.unescape`: as HTML has it, but characters that no document may have are left out. */
function unescapedHtml(text: string): string {
  return decodeHTML(
    text.replace(NUMERIC_ENTITY, (entity, hex?: string, decimal?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return isForbidden(code) ? '' : entity;
    }),
  );
}

/** `html/__init__.py`, `_invalid_codepoints`, without those that stand for characters of Windows-1252. */
function isForbidden(code: number): boolean {
  const isControl = code > 0 && (code < 0x20 ? !WHITE_CONTROLS.includes(code) : code === 0x7f);
  return isControl || (code >= 0xfdd0 && code <= 0xfdef) || (code <= 0x10ffff && (code & 0xfffe) === 0xfffe);
}

/** ftfy's `fix_text`: from the first line with a `<` on, which may be HTML as it is meant, entities stay. */
function fixedText(text: string): string {
  let mayUnescape = true;
  return text
    .split(/(?<=\n)/)
    .map((line) => {
      mayUnescape &&= !line.includes('<');
      const unescapes = mayUnescape;
      return settled(line, (text) =>
        foldedCharacters(unescapes ? text.replace(SURE_ENTITY, unescaped) : text),
      );
    })
    .join('');
}

/** `ftfy/fixes.py`, `_unescape_fixup`: names in capitals as well, such as `&EACUTE;`. */
function unescaped(entity: string): string {
  if (entity.startsWith('&#')) {
    const character = unescapedHtml(entity);
    return character.includes(';') ? entity : character;
  }
  const text = decodeHTMLStrict(entity);
  if (text !== entity || entity !== entity.toUpperCase()) return text;
  const lower = entity.toLowerCase();
  const small = decodeHTMLStrict(lower);
  return small === lower ? entity : small.toUpperCase();
}

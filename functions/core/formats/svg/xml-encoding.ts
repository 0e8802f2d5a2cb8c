import { ImageFault } from '../../errors.ts';

/** How an XML document's characters are stored. */
export interface XmlEncoding {
  /** As the file or its first bytes name it. */
  readonly name: string;
  /** Bytes of the byte order mark before the text. */
  readonly markBytes: number;
}

export const UTF_8: XmlEncoding = { name: 'UTF-8', markBytes: 0 };

const MARKS: readonly (XmlEncoding & { readonly mark: string })[] = [
  { name: 'UTF-32LE', mark: '\xff\xfe\0\0', markBytes: 4 },
  { name: 'UTF-32BE', mark: '\0\0\xfe\xff', markBytes: 4 },
  { name: 'UTF-16LE', mark: '\xff\xfe', markBytes: 2 },
  { name: 'UTF-16BE', mark: '\xfe\xff', markBytes: 2 },
  { name: 'UTF-8', mark: '\xef\xbb\xbf', markBytes: 3 },
];

/** What `<` or a space is, and what follows it, when a character takes several bytes and no mark says so. */
const WIDE: readonly { readonly name: string; readonly starts: RegExp }[] = [
  { name: 'UTF-32LE', starts: /^[<\s]\0\0\0/ },
  { name: 'UTF-32BE', starts: /^\0\0\0[<\s]/ },
  { name: 'UTF-16LE', starts: /^[<\s]\0[^\0]/ },
  { name: 'UTF-16BE', starts: /^\0[<\s]\0/ },
];

/** Declarations are shorter by far; they come first, and are in ASCII. */
const DECLARATION_BYTES = 1024;
const DECLARED = /^\s*<\?xml\s[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']/;

/**
 * The encoding of an XML document, by its byte order mark, its first characters or its declaration, in this order
 * (XML 1.0, appendix F); UTF-8 where nothing is said.
 */
export function xmlEncoding(bytes: Uint8Array): XmlEncoding {
  const head = String.fromCharCode(...bytes.subarray(0, DECLARATION_BYTES));
  const marked = MARKS.find(({ mark }) => head.startsWith(mark));
  if (marked) return marked;
  const wide = WIDE.find(({ starts }) => starts.test(head));
  if (wide) return { name: wide.name, markBytes: 0 };
  const declared = DECLARED.exec(head)?.[1];
  // A declaration that could be read byte by byte is not in UTF-16; editors on Windows leave such files.
  if (declared === undefined || /^(utf-?(16|32)|(iso-10646-)?ucs-?[24])/i.test(declared)) return UTF_8;
  return { name: declared, markBytes: 0 };
}

/** The beginning of a document, for a look at it: faulty bytes and unknown encodings do no harm. */
export function readableText(bytes: Uint8Array, { name, markBytes }: XmlEncoding): string {
  const rest = bytes.subarray(markBytes);
  try {
    return decode(rest, name, false);
  } catch {
    return decode(rest, 'latin1', false);
  }
}

/**
 * The document in UTF-8, without a byte order mark. A character that the end cuts off is left out. Whether UTF-8 itself
 * is without a fault is left to the parser.
 *
 * @throws {ImageFault} `unsupported-format` for an encoding that is not known, `corrupt` for bytes that are no text in it
 */
export function inUtf8(bytes: Uint8Array, { name, markBytes }: XmlEncoding): Uint8Array {
  const rest = bytes.subarray(markBytes);
  if (/^utf-?8$/i.test(name)) return rest;
  try {
    return new TextEncoder().encode(decode(rest, name, true));
  } catch (error) {
    if (error instanceof RangeError) {
      const message = `Expected an SVG in UTF-8 or another encoding of the web but received one in ${name}`;
      throw new ImageFault('unsupported', 'unsupported-format', message);
    }
    const message = `Expected a whole image of format svg but received a corrupt one: not all of it is text in ${name}`;
    throw new ImageFault('failed', 'corrupt', message);
  }
}

/** @throws {RangeError} for an encoding that is not known; TypeError for bytes that are no text, if `fatal` */
function decode(bytes: Uint8Array, name: string, fatal: boolean): string {
  const wide = /^UTF-32([LB])E$/.exec(name)?.[1];
  if (wide) return decodeUtf32(bytes, wide === 'L', fatal);
  return new TextDecoder(name, { fatal, ignoreBOM: true }).decode(bytes, { stream: true });
}

/** https://encoding.spec.whatwg.org has no UTF-32. */
function decodeUtf32(bytes: Uint8Array, isLittleEndian: boolean, fatal: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  const CHUNK = 8192;
  for (let start = 0; start + 4 <= bytes.length; start += 4 * CHUNK) {
    const codePoints: number[] = [];
    for (let at = start; at + 4 <= Math.min(bytes.length, start + 4 * CHUNK); at += 4) {
      const codePoint = view.getUint32(at, isLittleEndian);
      const isCharacter = codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
      if (!isCharacter && fatal) throw new TypeError(`no character: ${codePoint}`);
      codePoints.push(isCharacter ? codePoint : 0xfffd);
    }
    parts.push(String.fromCodePoint(...codePoints));
  }
  return parts.join('');
}

/** A character a byte: markup is ASCII in UTF-8, and places in this text are places in the bytes. */
export function byteText(utf8: Uint8Array): string {
  return Buffer.from(utf8.buffer, utf8.byteOffset, utf8.byteLength).toString('latin1');
}

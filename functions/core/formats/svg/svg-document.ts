import { ImageFault } from '../../errors.ts';
import { gunzipped, isGzip } from './gzip.ts';
import { byteText, inUtf8, readableText, UTF_8, xmlEncoding } from './xml-encoding.ts';
import { markupEnd, readPrologue } from './xml-markup.ts';
import { withoutParameterEntities } from './xml-parameter-entities.ts';

/** What an SVG may have once it is unpacked: more than any upload, and librsvg takes several times as much for it. */
export const MAXIMUM_SVG_BYTES = 64 * 2 ** 20;

/** libvips takes for SVG what has this in its first 1,000 characters, and a comment may stand before everything. */
const MARK = new TextEncoder().encode('<!--<svg-->');
/** The XML parser refuses comments of 10 MB: of a prologue beyond this only the document type is kept. */
const MAXIMUM_PROLOGUE_BYTES = 2 ** 20;

/**
 * An SVG as libvips and librsvg take it, whatever it was: unpacked, in UTF-8, without an XML declaration.
 *
 * @throws {ImageFault} `truncated`, `corrupt` or `too-many-pixels` when it cannot be unpacked; `unsupported-format` or
 *   `corrupt` for its encoding
 */
export function svgDocument(bytes: Uint8Array): Uint8Array {
  const unpacked = isGzip(bytes) ? unpack(bytes) : bytes;
  const text = inUtf8(unpacked, xmlEncoding(unpacked));
  return Buffer.concat([MARK, ...withoutDeclaration(text)]);
}

function unpack(bytes: Uint8Array): Uint8Array {
  const unpacked = gunzipped(bytes, MAXIMUM_SVG_BYTES);
  if ('content' in unpacked) return unpacked.content;
  const { fault, reason } = unpacked;
  if (fault === 'too-large') {
    const message = `Expected an SVG of at most ${MAXIMUM_SVG_BYTES} bytes when unpacked but received more`;
    throw new ImageFault('failed', 'too-many-pixels', message);
  }
  const message = `Expected a whole image of format svg but received a ${fault} one: gzip: ${reason}`;
  throw new ImageFault('failed', fault, message);
}

/**
 * The parts to keep. The declaration's encoding no longer holds, and what else it says changes nothing; nor do comments and
 * instructions, but for a style sheet.
 */
function withoutDeclaration(document: Uint8Array): readonly Uint8Array[] {
  const text = byteText(document);
  const [declaration = ''] = /^\s*<\?xml\s/.exec(text) ?? [];
  const start = declaration === '' ? 0 : (markupEnd(text, declaration.indexOf('<')) ?? document.length);
  const { root = document.length, doctype } = readPrologue(text) ?? {};
  const type = doctype ?? { start: root, end: root };
  const isLong = root < document.length && root > MAXIMUM_PROLOGUE_BYTES;
  return [
    document.subarray(isLong ? type.start : start, type.start),
    expandedDoctype(document.subarray(type.start, type.end)),
    document.subarray(isLong ? root : type.end),
  ];
}

/** Bytes that are no text are left as they are, for the parser to refuse. */
function expandedDoctype(doctype: Uint8Array): Uint8Array {
  if (!doctype.includes(0x25 /* % */)) return doctype;
  const text = readableText(doctype, UTF_8);
  return text.includes('\ufffd') ? doctype : new TextEncoder().encode(withoutParameterEntities(text));
}

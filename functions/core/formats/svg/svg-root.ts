import { gunzipped, gunzippedBeginning, isGzip } from './gzip.ts';
import { MAXIMUM_SVG_BYTES } from './svg-document.ts';
import { readableText, xmlEncoding } from './xml-encoding.ts';
import { declarationEnd, readPrologue } from './xml-markup.ts';

/**
 * Whether the root element is SVG's `svg`, under whatever prefix, in whatever encoding, packed by gzip or not. A page or
 * another document that contains a drawing is no image. One that is cut off is an SVG if what is there says so.
 */
export function isSvg(bytes: Uint8Array): boolean {
  if (!isGzip(bytes)) return isSvgText(bytes);
  const beginning = gunzippedBeginning(bytes);
  if (!beginning) return false;
  const { isSvg, isWhole } = rootOf(beginning);
  if (isWhole) return isSvg;
  const whole = gunzipped(bytes, MAXIMUM_SVG_BYTES);
  return 'content' in whole ? isSvgText(whole.content) : isSvg;
}

/** Nearly every root element is within this; where it is not, all of the text is read. */
const BEGINNING_BYTES = 64 * 1024;

function isSvgText(bytes: Uint8Array): boolean {
  const { isSvg, isWhole } = rootOf(bytes.subarray(0, BEGINNING_BYTES), bytes);
  return isWhole || bytes.length <= BEGINNING_BYTES ? isSvg : rootOf(bytes).isSvg;
}

/** What a text's beginning says of its root element; `isWhole` when more of the text would change nothing. */
interface Root {
  readonly isSvg: boolean;
  readonly isWhole: boolean;
}

const NO_MARKUP: Root = { isSvg: false, isWhole: true };

function rootOf(beginning: Uint8Array, all = beginning): Root {
  const text = readableText(beginning, xmlEncoding(all));
  const prologue = readPrologue(text);
  if (!prologue) return NO_MARKUP;
  const { root, doctype } = prologue;
  const doctypeText = doctype ? text.slice(doctype.start, doctype.end) : '';
  if (root === undefined) return { isSvg: SVG_DOCTYPE.test(doctypeText), isWhole: false };
  const end = declarationEnd(text, root);
  return { isSvg: isSvgTag(text.slice(root, end), doctypeText), isWhole: end !== undefined };
}

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';
const SVG_DOCTYPE = /^<!DOCTYPE\s+(?:[^\s:<>/="'[]+:)?svg(?![^\s[>])/;
const SVG_TAG = /^<(?:([^\s:<>/="']+):)?svg(?![^\s/>])/;

/** By name and namespace, which may also come from an entity or a default of the document type. */
function isSvgTag(tag: string, doctype: string): boolean {
  const name = SVG_TAG.exec(tag);
  if (!name) return false;
  const [start, prefix] = name;
  const declaration = prefix === undefined ? 'xmlns' : `xmlns:${prefix}`;
  const namespace = attributeOf(tag, start.length, declaration);
  if (namespace !== undefined) return namespace === SVG_NAMESPACE || namespace.includes('&');
  // Many drawings name no namespace, and librsvg takes them for SVG.
  return prefix === undefined || doctype.includes(declaration);
}

function attributeOf(tag: string, from: number, wanted: string): string | undefined {
  const attribute = /\s+([^\s=<>/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
  attribute.lastIndex = from;
  for (let found = attribute.exec(tag); found; found = attribute.exec(tag)) {
    const [, name, double, single] = found;
    if (name === wanted) return double ?? single;
  }
  return undefined;
}

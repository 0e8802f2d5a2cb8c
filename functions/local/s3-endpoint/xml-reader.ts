import { malformedXml } from './errors.ts';

/**
 * Reads the XML of requests in one pass. It is our own because a request holds up all others while it is read: parsers
 * for any XML (fast-xml-parser 5.12) take a second for a legal list of 10,000 parts, and five for a hostile one, where
 * this one takes a twentieth. S3's requests have elements and text; attributes are passed over.
 */

/** The root element's name, and its content: text, or its child elements by name. */
export interface XmlRoot {
  readonly name: string;
  readonly content: XmlContent;
}

/** An element's children by name, those of the same name as an array; text when it has none. */
export type XmlContent = string | { readonly [name: string]: XmlContent | readonly XmlContent[] };

/** The deepest requests have five levels; the longest, a completed upload of 10,000 parts, has eight elements a part. */
const MAXIMUM_DEPTH = 32;
const MAXIMUM_ELEMENTS = 100_000;
/** More names of elements than any request has beside each other. */
const MAXIMUM_NAMES = 32;

const NAME = '[A-Za-z_][\\w.:-]*';
const ATTRIBUTE = `\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*')`;
/** Most tags have no attributes, and are read twice as quickly by this one. */
const PLAIN_START_TAG = new RegExp(`<(${NAME})(/?)>`, 'y');
const START_TAG = new RegExp(`<(${NAME})(?:${ATTRIBUTE}){0,16}\\s*(/?)>`, 'y');
const END_TAG = new RegExp(`</(${NAME})\\s*>`, 'y');
const NUMBER = /^#(?:x[0-9a-fA-F]{1,6}|[0-9]{1,7})$/;
/** `#x10FFFF` */
const MAXIMUM_REFERENCE_LENGTH = 8;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
const MAXIMUM_CODE_POINT = 0x10ffff;

interface OpenElement {
  readonly name: string;
  children: Record<string, XmlContent | XmlContent[]> | undefined;
  names: number;
  text: string;
}

/** @throws {S3Error} `MalformedXML` */
export function readXml(text: string): XmlRoot {
  const open: OpenElement[] = [];
  let root: XmlRoot | undefined;
  let elements = 0;
  let at = text.startsWith('\ufeff') ? 1 : 0;

  function addText(piece: string): void {
    const element = open.at(-1);
    if (element) element.text += piece;
    else if (piece.trim() !== '') throw malformedXml('there is text outside of the root element');
  }

  function openElement(name: string): void {
    if (root) throw malformedXml('there is more than one root element');
    // No element of S3's has the name of what every object has.
    if (name in {}) throw malformedXml(`there is no element <${name}>`);
    if (++elements > MAXIMUM_ELEMENTS) throw malformedXml(`more than ${MAXIMUM_ELEMENTS} elements`);
    if (open.length === MAXIMUM_DEPTH)
      throw malformedXml(`more than ${MAXIMUM_DEPTH} elements in each other`);
    open.push({ name, children: undefined, names: 0, text: '' });
  }

  function closeElement(name: string): void {
    const element = open.pop();
    if (element?.name !== name) throw malformedXml(`</${name}> closes <${element?.name ?? ''}>`);
    const content = element.children ?? element.text;
    const parent = open.at(-1);
    if (parent) addChild(parent, name, content);
    else root = { name, content };
  }

  while (at < text.length) {
    const start = text.indexOf('<', at);
    addText(decoded(text.slice(at, start < 0 ? text.length : start)));
    if (start < 0) break;
    at = start;
    if (text.startsWith('<!--', at)) at = endOf(text, '-->', at + 4);
    else if (text.startsWith('<?', at)) at = endOf(text, '?>', at + 2);
    else if (text.startsWith('<![CDATA[', at) && open.length > 0) {
      const end = endOf(text, ']]>', at + 9);
      addText(text.slice(at + 9, end - 3));
      at = end;
    } else if (text.startsWith('<!', at)) {
      // No S3 request has a document type, and entities that a client defines are only good for attacks.
      throw malformedXml('a document type is not allowed');
    } else if (text[at + 1] === '/') {
      const [tag, name = ''] = matchAt(END_TAG, text, at);
      closeElement(name);
      at += tag.length;
    } else {
      PLAIN_START_TAG.lastIndex = at;
      const [tag, name = '', isEmpty] = PLAIN_START_TAG.exec(text) ?? matchAt(START_TAG, text, at);
      openElement(name);
      if (isEmpty) closeElement(name);
      at += tag.length;
    }
  }
  if (!root)
    throw malformedXml(open.length > 0 ? `<${open.at(-1)?.name}> is not closed` : 'there is no element');
  return root;
}

function addChild(parent: OpenElement, name: string, content: XmlContent): void {
  parent.children ??= {};
  const earlier = parent.children[name];
  if (earlier === undefined) {
    if (++parent.names > MAXIMUM_NAMES) throw malformedXml(`more than ${MAXIMUM_NAMES} kinds of elements`);
    parent.children[name] = content;
  } else if (Array.isArray(earlier)) earlier.push(content);
  else parent.children[name] = [earlier, content];
}

/** The place behind an ending. */
function endOf(text: string, ending: string, from: number): number {
  const end = text.indexOf(ending, from);
  if (end < 0) throw malformedXml(`${ending} is missing`);
  return end + ending.length;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (!match) throw malformedXml(`expected a tag but received ${JSON.stringify(text.slice(at, at + 40))}`);
  return match;
}

function decoded(text: string): string {
  let [result, from] = ['', 0];
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', from)) {
    const reference = text.slice(at + 1, at + 2 + MAXIMUM_REFERENCE_LENGTH);
    const end = reference.indexOf(';');
    const name = reference.slice(0, Math.max(0, end));
    result += text.slice(from, at) + (ENTITIES.get(name) ?? character(name));
    from = at + 2 + name.length;
  }
  return result + text.slice(from);
}

function character(name: string): string {
  const code = NUMBER.test(name) ? Number(name.replace(/^#x/, '0x').replace('#', '')) : Number.NaN;
  if (code > 0 && code <= MAXIMUM_CODE_POINT) return String.fromCodePoint(code);
  throw malformedXml(`&${name}; is no character`);
}

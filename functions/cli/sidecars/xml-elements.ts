import { SaxesParser, type SaxesTagNS } from 'saxes';

/** An element of XML, and where it stands in the text: edits leave everything else as it is, to the last byte. */
export interface XmlElement {
  readonly uri: string;
  readonly local: string;
  /** As it is written; empty for the default namespace. */
  readonly prefix: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** What stands directly in it, without what its children have. */
  readonly text: string;
  /** Of `<`. */
  readonly start: number;
  /** Behind the `>` of its start tag. */
  readonly contentStart: number;
  /** Of the `<` of its end tag; where it has none, as {@link end}. */
  readonly contentEnd: number;
  /** Behind its last `>`. */
  readonly end: number;
  /** Whether it is written `<name/>`. */
  readonly isSelfClosing: boolean;
}

export interface XmlAttribute {
  readonly uri: string;
  readonly local: string;
  /** As it is written, with its prefix. */
  readonly name: string;
  readonly value: string;
}

/** Far more than XMP has. The parser looks for a prefix in all elements around: a megabyte of nested ones would take hours. */
const MAXIMUM_DEPTH = 100;

type Open = { -readonly [Name in keyof XmlElement]: XmlElement[Name] } & { children: XmlElement[] };

/**
 * The root element of a text in XML.
 *
 * @throws {Error} with line and column, for what is not well-formed, for another encoding than UTF-8, and for a DOCTYPE,
 *   which no XMP has
 */
export function xmlElements(text: string): XmlElement {
  const parser = new SaxesParser<{ xmlns: true; position: true }>({ xmlns: true, position: true });
  const open: Open[] = [];
  let root: XmlElement | undefined;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('a DOCTYPE is no part of XMP');
  });
  parser.on('opentag', (tag) => {
    if (open.length >= MAXIMUM_DEPTH)
      throw new Error(`more than ${MAXIMUM_DEPTH} elements are in each other`);
    open.push(opened(tag, text, parser.position));
  });
  parser.on('xmldecl', ({ encoding = 'UTF-8' }) => {
    if (!/^utf-8$/i.test(encoding)) throw new Error(`it says that its encoding is ${encoding}, not UTF-8`);
  });
  const addText = (part: string) => {
    const last = open.at(-1);
    if (last) last.text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop();
    if (!element) return;
    element.end = parser.position;
    element.contentEnd = element.isSelfClosing ? parser.position : text.lastIndexOf('<', parser.position - 1);
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
  });
  parser.write(text).close();
  if (!root) throw new Error('there is no element');
  return root;
}

function opened(tag: SaxesTagNS, text: string, position: number): Open {
  const { uri, local, prefix, isSelfClosing, attributes } = tag;
  return {
    uri,
    local,
    prefix,
    isSelfClosing,
    attributes: Object.values(attributes).map((one) => ({
      uri: one.uri,
      local: one.local,
      name: one.name,
      value: one.value,
    })),
    children: [],
    text: '',
    // A tag's own text has no other `<`.
    start: text.lastIndexOf('<', position - 1),
    contentStart: position,
    contentEnd: position,
    end: position,
  };
}

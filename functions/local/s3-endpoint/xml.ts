import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { z } from 'zod';
import { malformedXml, S3Error } from './errors.ts';

/** A value in an XML answer: an array repeats its element, `undefined` leaves it out. */
export type XmlValue = string | number | boolean | undefined | XmlElements | readonly XmlValue[];
export interface XmlElements {
  readonly [name: string]: XmlValue;
}

const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** `"` becomes `&quot;`, as S3 writes it: some clients look for that very text around ETags. */
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false, // a key named `1.0` stays text
  trimValues: false, // a key may begin with a space
  htmlEntities: true, // Go's clients write `&#34;` around ETags
});

/** An XML document with one root element in S3's namespace. */
export function xmlDocument(rootName: string, content: XmlElements | string): string {
  const inner = typeof content === 'string' ? escapeText(content) : elements(content);
  return `${XML_DECLARATION}<${rootName} xmlns="${S3_NAMESPACE}">${inner}</${rootName}>`;
}

/** Errors are the only documents that S3 sends without a namespace. */
export function xmlError(content: XmlElements): string {
  return `${XML_DECLARATION}<Error>${elements(content)}</Error>`;
}

function elements(content: XmlElements): string {
  return Object.entries(content)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => element(name, one)))
    .join('');
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  const inner =
    typeof value === 'object' && !Array.isArray(value) ? elements(value as XmlElements) : escapeText(value);
  return `<${name}>${inner}</${name}>`;
}

function escapeText(value: XmlValue): string {
  return String(value)
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replace(/\p{Cc}/gu, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * The content of a request's root element.
 *
 * @throws {S3Error} `MalformedXML` when the text is not XML, or has another root or other elements than the schema
 */
export function parseXml<Schema extends z.ZodType>(
  text: string,
  rootName: string,
  schema: Schema,
): z.infer<Schema> {
  const result = schema.safeParse(rootContent(text, rootName));
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    (issue) => `${[rootName, ...issue.path].join('.')}: ${issue.message}`,
  );
  throw malformedXml(faults.join('; '));
}

function rootContent(text: string, rootName: string): unknown {
  // No S3 request has a document type, and entities that a client defines are only good for attacks.
  if (/<!DOCTYPE/i.test(text)) throw malformedXml('a document type is not allowed');
  const document = parsed(text);
  const others = Object.keys(document).filter((name) => name !== rootName && name !== '#text');
  if (!Object.hasOwn(document, rootName) || others.length > 0 || !text.trimEnd().endsWith('>'))
    throw malformedXml(`expected <${rootName}> and nothing else`);
  return emptyAsElement(document[rootName]);
}

/** Whatever the parser finds wrong is the text's fault: it refuses some that the validator lets pass. */
function parsed(text: string): Record<string, unknown> {
  const reference = unknownReference(text);
  if (reference !== undefined) throw malformedXml(`there is no ${reference}`);
  try {
    const validity = XMLValidator.validate(text);
    if (validity === true) return parser.parse(text);
    throw malformedXml(validity.err.msg);
  } catch (fault) {
    throw fault instanceof S3Error
      ? fault
      : malformedXml(fault instanceof Error ? fault.message : String(fault));
  }
}

/** https://www.w3.org/TR/xml/#sec-references: a document without a type has these five entities only. */
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#(\d+)|#x([\da-f]+)|[^;]{0,20});?/gi;
const MAXIMUM_CODE_POINT = 0x10ffff;

/** The first entity or character that is referred to and does not exist. In CDATA, a reference is text. */
function unknownReference(text: string): string | undefined {
  for (const [whole, entity, decimal, hexadecimal] of text
    .replace(/<!\[CDATA\[.*?]]>/gs, '')
    .matchAll(REFERENCE)) {
    const codePoint = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    const isKnown = entity !== undefined || codePoint <= MAXIMUM_CODE_POINT;
    if (!isKnown || !whole.endsWith(';')) return whole;
  }
  return undefined;
}

/** The parser gives an element without children as text: `''`, or the white space in it. */
export function emptyAsElement(value: unknown): unknown {
  return typeof value === 'string' && value.trim() === '' ? {} : value;
}

/** The parser gives a repeated element as an array, a single one by itself and none as `undefined`. */
export function oneOrMore(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

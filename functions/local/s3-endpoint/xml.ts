import type { z } from 'zod';
import { malformedXml } from './errors.ts';
import { readXml } from './xml-reader.ts';

/** A value in an XML answer: an array repeats its element, `undefined` leaves it out. */
export type XmlValue = string | number | boolean | undefined | XmlElements | readonly XmlValue[];
export interface XmlElements {
  readonly [name: string]: XmlValue;
}

const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** `"` becomes `&quot;`, as S3 writes it: some clients look for that very text around ETags. */
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

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
  const { name, content } = readXml(text);
  if (name !== rootName) throw malformedXml(`expected <${rootName}>`);
  return emptyAsElement(content);
}

/** The reader gives an element without children as text: `''`, or the white space in it. */
export function emptyAsElement(value: unknown): unknown {
  return typeof value === 'string' && value.trim() === '' ? {} : value;
}

/** The reader gives a repeated element as an array, a single one by itself and none as `undefined`. */
export function oneOrMore(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

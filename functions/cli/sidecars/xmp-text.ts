import {
  KEYWORD_PROPERTIES,
  type Keywords,
  type ListForm,
  listFormOf,
  NAMESPACES,
  type Prefix,
} from './xmp-names.ts';

/** What XML 1.0 has no way to write (section 2.2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is left out
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A text as the content of an element. */
export function xmlText(text: string): string {
  return text.replace(UNWRITABLE, '').replace(/[&<>]/g, (character) => ESCAPES[character] ?? character);
}

/** What is to be written of a property. */
export interface WrittenProperty {
  readonly prefix: Prefix;
  readonly local: string;
  readonly items: readonly string[];
}

export interface PropertyStyle {
  readonly form: ListForm;
  /** What stands before the names of RDF there, with its colon. */
  readonly rdf: string;
  readonly indent: string;
}

/** A property as an element that needs no namespace of those around it but RDF's; nothing where it is empty. */
export function propertyText(
  { prefix, local, items }: WrittenProperty,
  { form, rdf, indent }: PropertyStyle,
): string {
  if (items.length === 0) return '';
  const name = `${prefix}:${local}`;
  return [
    `${indent}<${name} xmlns:${prefix}="${NAMESPACES[prefix]}">`,
    `${indent} <${rdf}${form}>`,
    ...items.map((item) => `${indent}  <${rdf}li>${xmlText(item)}</${rdf}li>`),
    `${indent} </${rdf}${form}>`,
    `${indent}</${name}>`,
    '',
  ].join('\n');
}

/** The property that remembers which keywords of another one are ours: always a bag. */
export function oursText(
  local: string,
  items: readonly string[],
  style: Omit<PropertyStyle, 'form'>,
): string {
  return propertyText({ prefix: 'cliptag', local, items }, { ...style, form: 'Bag' });
}

/** A whole sidecar of nothing but keywords. */
export function newSidecar(keywords: Keywords, form: ListForm): string {
  const style = { rdf: 'rdf:', indent: '   ' };
  const properties = Object.entries(KEYWORD_PROPERTIES) as [
    keyof Keywords,
    (typeof KEYWORD_PROPERTIES)[keyof Keywords],
  ][];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<x:xmpmeta xmlns:x="${NAMESPACES.x}" x:xmptk="Cliptag">`,
    ` <rdf:RDF xmlns:rdf="${NAMESPACES.rdf}">`,
    '  <rdf:Description rdf:about="">',
    properties
      .map(
        ([name, { prefix, local, ours }]) =>
          propertyText({ prefix, local, items: keywords[name] }, { ...style, form: listFormOf(name, form) }) +
          oursText(ours, keywords[name], style),
      )
      .join('')
      .trimEnd(),
    '  </rdf:Description>',
    ' </rdf:RDF>',
    '</x:xmpmeta>',
    '',
  ].join('\n');
}

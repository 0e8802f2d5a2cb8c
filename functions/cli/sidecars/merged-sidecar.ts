import { type FoundProperty, type FoundSidecar, foundProperty, foundSidecar } from './found-properties.ts';
import { type KeywordChange, mergedKeywords } from './merged-keywords.ts';
import { edited, type TextEdit, whiteSpaceBefore } from './text-edits.ts';
import type { XmlElement } from './xml-elements.ts';
import {
  KEYWORD_PROPERTIES,
  type KeywordProperty,
  type Keywords,
  type ListForm,
  listFormOf,
  NAMESPACES,
} from './xmp-names.ts';
import { oursText, propertyText, xmlText } from './xmp-text.ts';

const PROPERTIES = Object.keys(KEYWORD_PROPERTIES) as KeywordProperty[];

/**
 * A sidecar with a picture's keywords in it: what is no keyword of ours stays as it is, to the last byte.
 *
 * @param form of the list of `dc:subject` where that is not there yet
 * @throws {Error} saying what is wrong, for a text that is no XMP
 */
export function mergedSidecar(text: string, wanted: Keywords, form: ListForm): string {
  const sidecar = foundSidecar(text);
  const found = byProperty((property) => {
    const { prefix, local } = KEYWORD_PROPERTIES[property];
    return foundProperty(sidecar, prefix, local);
  });
  const remembered = byProperty((property) =>
    foundProperty(sidecar, 'cliptag', KEYWORD_PROPERTIES[property].ours),
  );
  const ours = byProperty((property) => textsOf(remembered[property]));
  const changes = mergedKeywords(wanted, { present: byProperty((one) => textsOf(found[one])), ours });

  const place = insertionPlace(text, sidecar);
  const style = { rdf: place.rdf, indent: place.indent };
  const edits: TextEdit[] = [];
  const added: string[] = [];
  for (const property of PROPERTIES) {
    const { prefix, local, ours: name } = KEYWORD_PROPERTIES[property];
    const change = changes[property];
    const kept = found[property];
    if (kept?.kind === 'list') edits.push(...listEdits(text, kept, change));
    else if (change.added.length + change.removed.length > 0) {
      if (kept) edits.push(removal(text, kept));
      const items = [...textsOf(kept).filter((word) => !change.removed.includes(word)), ...change.added];
      added.push(propertyText({ prefix, local, items }, { ...style, form: listFormOf(property, form) }));
    }
    if (isSame(change.ours, ours[property])) continue;
    const before = remembered[property];
    if (before) edits.push(removal(text, before));
    added.push(oursText(name, change.ours, style));
  }
  const block = added.join('').trimEnd();
  if (block !== '') edits.push({ ...place.edit, text: place.around(block) });
  return edited(text, edits);
}

/** What goes and comes in a list that is there; a list that would be empty goes as a whole. */
function listEdits(
  text: string,
  { element, list, items }: FoundProperty & { kind: 'list' },
  { removed, added }: KeywordChange,
): readonly TextEdit[] {
  const gone = items.filter((item) => removed.includes(item.text));
  if (gone.length > 0 && gone.length === items.length && added.length === 0) {
    return [{ start: whiteSpaceBefore(text, element.start), end: element.end, text: '' }];
  }
  const removals = gone.flatMap(({ element: item }) =>
    item ? [{ start: whiteSpaceBefore(text, item.start), end: item.end, text: '' }] : [],
  );
  if (added.length === 0) return removals;
  const last = items.at(-1)?.element;
  const before = last
    ? text.slice(whiteSpaceBefore(text, last.start), last.start)
    : `${text.slice(whiteSpaceBefore(text, list.start), list.start)} `;
  const name = list.prefix === '' ? 'li' : `${list.prefix}:li`;
  const lines = added.map((word) => `${before}<${name}>${xmlText(word)}</${name}>`).join('');
  if (!list.isSelfClosing) {
    const at = last?.end ?? list.contentStart;
    return [...removals, { start: at, end: at, text: lines }];
  }
  const slash = text.lastIndexOf('/', list.end);
  const indent = text.slice(whiteSpaceBefore(text, list.start), list.start);
  const tag = list.prefix === '' ? list.local : `${list.prefix}:${list.local}`;
  return [{ start: slash, end: list.end, text: `>${lines}${indent}</${tag}>` }];
}

function removal(text: string, found: FoundProperty): TextEdit {
  if (found.kind !== 'attribute') {
    return { start: whiteSpaceBefore(text, found.element.start), end: found.element.end, text: '' };
  }
  const { start, contentStart } = found.of;
  const attributes = text.slice(start, contentStart).matchAll(/\s([^\s=]+)\s*=\s*(?:"[^"]*"|'[^']*')/g);
  const written = [...attributes].find(([, name]) => name === found.name);
  if (!written) throw new Error(`the attribute ${found.name} cannot be found`);
  const at = start + written.index;
  return { start: at, end: at + written[0].length, text: '' };
}

interface InsertionPlace {
  readonly edit: { readonly start: number; readonly end: number };
  readonly indent: string;
  /** What stands before the names of RDF there. */
  readonly rdf: string;
  /** The text that is written there, with what makes room for it. */
  around(block: string): string;
}

/** Where new properties go: the end of the first description, so that all of them are about the same. */
function insertionPlace(text: string, { rdf, descriptions: [first] }: FoundSidecar): InsertionPlace {
  if (first) return placeIn(text, first, (block) => block);
  const place = placeIn(text, rdf, (block) =>
    [`  <rdf:Description xmlns:rdf="${NAMESPACES.rdf}" rdf:about="">`, block, '  </rdf:Description>'].join(
      '\n',
    ),
  );
  return { ...place, rdf: 'rdf:', indent: '   ' };
}

function placeIn(text: string, parent: XmlElement, wrapped: (block: string) => string): InsertionPlace {
  const rdf = parent.prefix === '' ? '' : `${parent.prefix}:`;
  const own = text.slice(whiteSpaceBefore(text, parent.start), parent.start);
  const outer = own.includes('\n') ? own.slice(own.lastIndexOf('\n') + 1) : '';
  const base = { rdf, indent: `${outer} ` };
  if (parent.isSelfClosing) {
    const slash = text.lastIndexOf('/', parent.end);
    return {
      ...base,
      edit: { start: slash, end: parent.end },
      around: (block) => `>\n${wrapped(block)}\n${outer}</${rdf}${parent.local}>`,
    };
  }
  const at = whiteSpaceBefore(text, parent.contentEnd);
  // White space that belongs to a start tag's content alone stays before what is new.
  const start = Math.max(at, parent.contentStart);
  return {
    ...base,
    edit: { start, end: start },
    around: (block) => `\n${wrapped(block)}${start === parent.contentEnd ? `\n${outer}` : ''}`,
  };
}

function textsOf(found: FoundProperty | undefined): readonly string[] {
  return found?.items.map(({ text }) => text) ?? [];
}

function byProperty<Value>(of: (property: KeywordProperty) => Value): Record<KeywordProperty, Value> {
  return {
    subject: of('subject'),
    hierarchical: of('hierarchical'),
    tagsList: of('tagsList'),
  };
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((word) => others.includes(word));
}

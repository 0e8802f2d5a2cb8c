import { declarationEnd } from './xml-markup.ts';

/** What all replacements together may have, in characters, so that entities that multiply come to nothing. */
const MAXIMUM_CHARACTERS = 2 ** 20;
/** Entities within entities: a circle has no end. */
const MAXIMUM_DEPTH = 16;

const DECLARATION = /^<!ENTITY\s+%\s+([^\s"'<>]+)\s+(?:"([^"]*)"|'([^']*)')?/;
const REFERENCE = /%([^\s%;&<>"'[\]]+);/y;

/**
 * A document type with its parameter entities replaced, which librsvg does not do. In a document they stand between
 * declarations only, and for whole ones (XML 1.0, section 2.8). Those of other files stand for nothing: no file is read.
 *
 * @returns the same document type when there is nothing to replace, or too much
 */
export function withoutParameterEntities(doctype: string): string {
  if (doctype.length > MAXIMUM_CHARACTERS || !/<!ENTITY\s+%/.test(doctype)) return doctype;
  const subset = /^[^"'[]*(?:"[^"]*"[^"'[]*|'[^']*'[^"'[]*)*\[/.exec(doctype)?.[0];
  if (subset === undefined) return doctype;
  const rest = replaced(doctype.slice(subset.length), new Map(), { characters: 0, depth: 0 });
  return rest === undefined ? doctype : subset + rest;
}

type Entities = Map<string, string>;

/** The text without parameter entities and their declarations; undefined when it grows without end. */
function replaced(
  text: string,
  entities: Entities,
  spent: { characters: number; depth: number },
): string | undefined {
  spent.characters += text.length;
  if (spent.characters > MAXIMUM_CHARACTERS || spent.depth > MAXIMUM_DEPTH) return undefined;
  const parts: string[] = [];
  let copied = 0;
  const next = /[<%]/g;
  for (let found = next.exec(text); found; found = next.exec(text)) {
    const start = found.index;
    const piece = found[0] === '<' ? declared(text, start, entities) : referred(text, start, entities);
    next.lastIndex = piece.end;
    if (piece.replacement === undefined) continue;
    spent.depth += 1;
    const inner = replaced(piece.replacement, entities, spent);
    spent.depth -= 1;
    if (inner === undefined) return undefined;
    parts.push(text.slice(copied, start), ` ${inner} `);
    copied = piece.end;
  }
  return [...parts, text.slice(copied)].join('');
}

/** A piece of the document type; without a replacement it stays as it is. */
interface Piece {
  readonly end: number;
  readonly replacement?: string;
}

function declared(text: string, start: number, entities: Entities): Piece {
  const end = declarationEnd(text, start) ?? text.length;
  const declaration = DECLARATION.exec(text.slice(start, end));
  if (!declaration) return { end };
  const [, name = '', double, single] = declaration;
  // The first declaration of a name holds.
  if (!entities.has(name)) entities.set(name, withCharacters(double ?? single ?? ''));
  return { end, replacement: '' };
}

function referred(text: string, start: number, entities: Entities): Piece {
  REFERENCE.lastIndex = start;
  const [reference = '%', name = ''] = REFERENCE.exec(text) ?? [];
  const replacement = entities.get(name);
  return { end: start + reference.length, ...(replacement !== undefined && { replacement }) };
}

/** References to characters are replaced where an entity is declared, all others where it is used (section 4.5). */
function withCharacters(literal: string): string {
  return literal.replace(/&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));/g, (reference, hex, decimal) => {
    const codePoint = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : reference;
  });
}

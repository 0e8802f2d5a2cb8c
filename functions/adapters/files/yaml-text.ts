import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { InvalidInput } from '../../core/errors.ts';
import type { FindPlace } from '../../core/labels/written-place.ts';

/** A YAML text's value, and where each part of it is written. */
export interface YamlText {
  readonly value: unknown;
  readonly placeOf: FindPlace;
}

/** What YAML takes for something else at the beginning of a word, and what mends that. */
const HINTS: Readonly<Record<string, string>> = {
  BAD_SCALAR_START: 'a text that begins so is written in quotes',
  UNEXPECTED_TOKEN: 'a text with quotes or such signs in it is written in quotes as a whole',
  BAD_ALIAS: 'a text that begins with * or & is written in quotes',
  TAG_RESOLVE_FAILED: 'a text that begins with ! is written in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a text with a colon and a space in it is written in quotes',
  TAB_AS_INDENT: 'use spaces',
  DUPLICATE_KEY: 'each key may stand once',
};

const SECOND_DOCUMENT =
  'Expected one document but received a second one, behind ---; put it into a file of its own';

/**
 * Reads a YAML 1.2 text.
 *
 * @throws {InvalidInput} with every syntax error, its line and its column
 */
export function parseYaml(text: string): YamlText {
  const lineCounter = new LineCounter();
  // The line ends of old Macs, which YAML knows and its parser does not.
  const document = parseDocument(text.replace(/\r(?!\n)/g, '\n'), {
    lineCounter,
    prettyErrors: false,
    logLevel: 'error',
  });
  const placeAt = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  // A tag that nobody knows is a warning to others: here it is a text without its quotes.
  const faults = [...document.errors, ...document.warnings].map(({ code, message, pos: [offset] }) => ({
    offset,
    text: code === 'MULTIPLE_DOCS' ? SECOND_DOCUMENT : message + (HINTS[code] ? `; ${HINTS[code]}` : ''),
  }));
  if (faults.length === 0) faults.push(...unresolvedAliases(document));
  if (faults.length > 0) {
    throw new InvalidInput(
      'Not YAML',
      faults.map(({ offset, text: fault }) => {
        const { line, column } = placeAt(offset);
        return `line ${line}, column ${column}: ${fault}`;
      }),
    );
  }
  return {
    value: javaScriptOf(document),
    placeOf: (path, part) => {
      const node = part === 'key' ? keyAt(document, path) : document.getIn(path, true);
      if (!isNode(node) || !node.range) return undefined;
      return { ...placeAt(node.range[0]), ...(isScalar(node) && { text: node.source ?? '' }) };
    },
  };
}

function keyAt(document: Document.Parsed, path: readonly PropertyKey[]): unknown {
  const mapping = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(mapping)) return undefined;
  return mapping.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))?.key;
}

function unresolvedAliases(document: Document.Parsed): Array<{ offset: number; text: string }> {
  const found: Array<{ offset: number; text: string }> = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document)) return;
      const text = `Expected an anchor &${alias.source} before *${alias.source}; ${HINTS.BAD_ALIAS}`;
      found.push({ offset: alias.range?.[0] ?? 0, text });
    },
  });
  return found;
}

/** @throws {InvalidInput} where aliases within aliases would fill the memory */
function javaScriptOf(document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new InvalidInput('Not YAML', [error instanceof Error ? error.message : String(error)]);
  }
}

import { isDeepStrictEqual } from 'node:util';
import { isNode, isSeq, parse, parseDocument, type YAMLSeq } from 'yaml';
import { isPlainObject } from '../../core/document.ts';
import { InvalidInput } from '../../core/errors.ts';

/**
 * The text of a label set, in YAML or JSON, with more labels after its last one. All else stays to the letter: comments, quotes,
 * order, line ends.
 *
 * @example
 * withLabels('name: mine\nlabels:\n  - cat  # ours\n', ['dog'], 'mine.yaml')
 * // name: mine\nlabels:\n  - cat  # ours\n  - dog\n
 *
 * @param source what to call it in an error, e.g. the file's path
 * @throws {InvalidInput} where its labels are written in a way in which none can be added, such as by an alias
 */
export function withLabels(text: string, names: readonly string[], source: string): string {
  if (names.length === 0) return text;
  const labels = parseDocument(readable(text)).get('labels', true);
  const written = isSeq(labels) ? spliced(text, labels, names) : undefined;
  if (written !== undefined && hasOnlyGained(text, written, names)) return written;
  throw new InvalidInput(`${source} cannot be written to`, [
    `labels: Expected a list to which ${names.map((name) => `"${name}"`).join(', ')} can be added; add it by hand`,
  ]);
}

/** With the line ends of old Macs as the parser knows them. */
function readable(text: string): string {
  return text.replace(/\r(?!\n)/g, '\n');
}

/** Undefined where there is no label to write behind. */
function spliced(text: string, labels: YAMLSeq, names: readonly string[]): string | undefined {
  const spans = labels.items.map((item) => (isNode(item) ? item.range : undefined));
  const last = spans.at(-1);
  const start = labels.range?.[0];
  if (!last || start === undefined) return undefined;
  const [lastStart, end] = last;
  if (!labels.flow) return splicedBelow(text, start, end, names);
  const before = spans.at(-2)?.[1] ?? start + 1;
  return splicedInto(text, text.slice(before, lastStart), end, names);
}

/** `[cat, dog]`, and all of JSON. */
function splicedInto(text: string, gap: string, end: number, names: readonly string[]): string {
  const space = gap.replace(',', '');
  const separator = /^\s*$/.test(space) && gap !== '' ? `,${space}` : ', ';
  const isJson = /^\s*\{/.test(text);
  const added = names.map((name) => separator + (isJson ? JSON.stringify(name) : yamlText(name)));
  return text.slice(0, end) + added.join('') + text.slice(end);
}

/** A line for each label, dash below dash. */
function splicedBelow(text: string, dash: number, end: number, names: readonly string[]): string | undefined {
  const lineEnd = /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
  const indent = /[^\r\n]*$/.exec(text.slice(0, dash))?.[0] ?? '';
  if (indent.trim() !== '') return undefined;
  const isOnNextLine = /[\r\n]/.test(text[end - 1] ?? '');
  const at = isOnNextLine ? end : end + (/^[^\r\n]*(\r\n|\r|\n)?/.exec(text.slice(end))?.[0].length ?? 0);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  const isOpen = !/[\r\n]$/.test(before);
  const lines = names.map((name) => `${indent}- ${yamlText(name)}`).join(lineEnd);
  return before + (isOpen ? lineEnd + lines : lines + lineEnd) + after;
}

/** Without quotes where YAML takes it for the very text. */
function yamlText(name: string): string {
  return /^\p{L}[\p{L}\p{N} '_-]*$/u.test(name) && parse(name, { logLevel: 'error' }) === name
    ? name
    : JSON.stringify(name);
}

/** What is written is read before it counts: whatever YAML allows, no label set is spoilt. */
function hasOnlyGained(before: string, after: string, names: readonly string[]): boolean {
  const [old, now] = [before, after].map(writtenValue);
  if (!isPlainObject(old) || !Array.isArray(old.labels)) return false;
  return isDeepStrictEqual(now, { ...old, labels: [...old.labels, ...names] });
}

function writtenValue(text: string): unknown {
  try {
    return parse(readable(text), { logLevel: 'error' });
  } catch {
    return undefined;
  }
}

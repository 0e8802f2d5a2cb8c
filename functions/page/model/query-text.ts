/**
 * Editing a query's text as one types it, without understanding all of the language: what a button does to a query must
 * be what one sees in the box.
 */

export interface LabelName {
  readonly set: string;
  readonly label: string;
}

/** A term with where it stands; what is between quotes belongs together. */
export interface Term {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Words, quoted texts, `field:value` and parentheses, one after the other. */
export function termsOf(query: string): readonly Term[] {
  return [...query.matchAll(/[()]|(?:"(?:[^"\\]|\\.)*"?|[^\s()"])+/g)].map(({ 0: text, index }) => ({
    text,
    start: index,
    end: index + text.length,
  }));
}

/** `label:dog`, `label:"golden retriever"`; where several label sets know it, `label:animals:dog`. */
export function labelTerm({ set, label }: LabelName, isOfSeveralSets = false): string {
  return fieldTerm('label', isOfSeveralSets ? `${set}:${label}` : label);
}

/** What looks like a picture. */
export function similarTerm({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  return fieldTerm('similar', `s3://${bucket}/${key}`);
}

/** `prefix:2024/`, quoted where the value would be taken apart. */
export function fieldTerm(field: string, value: string): string {
  return `${field}:${quoted(value)}`;
}

function quoted(value: string): string {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_./:@=,+~-]*$/u.test(value)) return value;
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** Whether a query asks for a term, or for pictures without it. */
export function stateOf(query: string, term: string): 'wanted' | 'unwanted' | undefined {
  for (const { text } of termsOf(query)) {
    if (text === term) return 'wanted';
    if (text === `-${term}`) return 'unwanted';
  }
  return undefined;
}

/**
 * Adds a term, or takes it away if it is there already; its opposite gives way.
 *
 * @example toggleTerm('dog', 'label:beach', 'unwanted') // 'dog -label:beach'
 */
export function toggleTerm(query: string, term: string, state: 'wanted' | 'unwanted'): string {
  const before = stateOf(query, term);
  const without = removeTerm(query, term);
  return before === state ? without : addTerm(without, state === 'wanted' ? term : `-${term}`);
}

/** A term added holds for the whole query, so alternatives are put in parentheses first. */
function addTerm(query: string, term: string): string {
  if (query === '') return term;
  return `${hasAlternatives(query) ? `(${query})` : query} ${term}`;
}

function hasAlternatives(query: string): boolean {
  let depth = 0;
  for (const { text } of termsOf(query)) {
    if (text === '(') depth += 1;
    else if (text === ')') depth -= 1;
    else if (depth === 0 && /^(?:OR|\|)$/.test(text)) return true;
  }
  return false;
}

export function removeTerm(query: string, term: string): string {
  const kept: string[] = [];
  let from = 0;
  for (const { text, start, end } of termsOf(query)) {
    if (text !== term && text !== `-${term}`) continue;
    kept.push(query.slice(from, start).trimEnd());
    from = end;
  }
  kept.push(from === 0 ? query.trim() : query.slice(from).trim());
  return kept
    .filter((part) => part !== '')
    .join(' ')
    .trim();
}

/**
 * The conditions of a query that holds each of them: words beside each other are one. None where taking one away would
 * change the others.
 *
 * @example conditionsOf('sunset over water -label:people') // 'sunset over water', '-label:people'
 */
export function conditionsOf(query: string): readonly Term[] {
  const conditions: Term[] = [];
  for (const { text, start, end } of termsOf(query)) {
    if (/^(?:[()|+-]|OR|AND|NOT)$/.test(text)) return [];
    const last = conditions.at(-1);
    if (last && isWord(last.text) && isWord(text)) {
      conditions.splice(-1, 1, { text: query.slice(last.start, end), start: last.start, end });
    } else conditions.push({ text, start, end });
  }
  return conditions;
}

function isWord(text: string): boolean {
  return !/^-|["]|[:<>=]/.test(text);
}

export function withoutTerm(query: string, { start, end }: Term): string {
  return [query.slice(0, start).trim(), query.slice(end).trim()].filter((part) => part !== '').join(' ');
}

/** The term that the caret is in or behind; an empty one between spaces. */
export function termAt(query: string, caret: number): Term {
  const term = termsOf(query).find(({ start, end }) => start < caret && caret <= end);
  return term && !/^[()]$/.test(term.text) ? term : { text: '', start: caret, end: caret };
}

/** A query with another text in a term's place, and where the caret stands then. */
export function replaceTerm(
  query: string,
  { start, end }: Term,
  text: string,
): { readonly query: string; readonly caret: number } {
  const space = /[:><=]$/.test(text) || query[end] === ' ' ? '' : ' ';
  const replaced = `${query.slice(0, start)}${text}${space}`;
  return { query: replaced + query.slice(end), caret: replaced.length };
}

/** Whether a query asks for words, of which only some pictures are relevant. */
export function hasFreeText(query: string): boolean {
  return termsOf(query).some(
    ({ text }) => !/^(?:[()]|OR|AND|NOT|\||[+]|-?[a-z]+(?::|[<>]=?).*)$/s.test(text),
  );
}

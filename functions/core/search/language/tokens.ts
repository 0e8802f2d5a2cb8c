import { nearestWords } from '../../labels/near-words.ts';
import { InvalidQuery } from './invalid-query.ts';

/** The fields that `FIELD:VALUE` may name. */
export const FIELDS = [
  ...['label', 'text', 'similar', 'bucket', 'prefix', 'status', 'camera', 'after', 'before', 'on', 'near'],
] as const;

export type Field = (typeof FIELDS)[number];

export type Operator = '>' | '>=' | '<' | '<=' | '=';

/** A part of a query, with the column that it begins at; the first one is 1. */
export type Token = { readonly column: number } & (
  | { readonly kind: 'word' | 'string'; readonly text: string }
  | { readonly kind: 'weight'; readonly weight: number }
  | { readonly kind: 'field'; readonly field: Field; readonly values: readonly Value[] }
  | {
      readonly kind: 'comparison';
      readonly subject: 'score' | 'size';
      readonly operator: Operator;
      readonly value: Value;
    }
  | { readonly kind: 'symbol'; readonly symbol: '(' | ')' | 'OR' | 'AND' | 'NOT' | '+' | '-' | '*' }
  | { readonly kind: 'end' }
);

export interface Value {
  readonly text: string;
  readonly column: number;
}

/** What a phone's keyboard makes of `"`. */
const CURLY_QUOTES = '\u201c\u201d\u201e\u201f';
const SPACES = /\s*/y;
const FIELD = /(\p{L}+):/uy;
const COMPARISON = /(score|size)\s*:?\s*(>=|<=|=>|=<|[><=\u2265\u2264])\s*/iy;
const WEIGHT = /(\d{1,6}(?:\.\d{1,6})?)\*(?=\S)/y;
const OPERATORS: Readonly<Record<string, Operator>> = {
  ...{ '>': '>', '>=': '>=', '=>': '>=', '\u2265': '>=' },
  ...{ '<': '<', '<=': '<=', '=<': '<=', '\u2264': '<=', '=': '=' },
};

/**
 * The tokens of a query; the last one is its end.
 *
 * @throws {InvalidQuery}
 */
export function tokensOf(query: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; ; ) {
    at += matchAt(SPACES, query, at)?.[0].length ?? 0;
    const column = at + 1;
    if (at >= query.length) return [...tokens, { kind: 'end', column }];
    const { token, end } = tokenAt(query, at);
    tokens.push({ ...token, column });
    at = end;
  }
}

/** Without the column, for each kind by itself. */
type Bare<T> = T extends Token ? Omit<T, 'column'> : never;

interface Found {
  readonly token: Bare<Token>;
  readonly end: number;
}

function tokenAt(query: string, at: number): Found {
  return (
    symbolAt(query, at) ??
    stringTokenAt(query, at) ??
    comparisonAt(query, at) ??
    fieldAt(query, at) ??
    weightAt(query, at) ??
    wordAt(query, at)
  );
}

function symbolAt(query: string, at: number): Found | undefined {
  const symbol = query[at] ?? '';
  const isAlone = matchAt(/\s|$/y, query, at + 1) !== undefined;
  switch (symbol) {
    case '(':
    case ')':
      return { token: { kind: 'symbol', symbol }, end: at + 1 };
    case '|':
      return { token: { kind: 'symbol', symbol: 'OR' }, end: at + 1 };
    case '-':
      return { token: { kind: 'symbol', symbol: isAlone ? '-' : 'NOT' }, end: at + 1 };
    case '+':
      if (isAlone) return { token: { kind: 'symbol', symbol }, end: at + 1 };
      throw new InvalidQuery({ column: at + 2, expected: 'a space after "+"', received: query[at + 1] });
    case '*':
      return isAlone || query[at + 1] === ')'
        ? { token: { kind: 'symbol', symbol }, end: at + 1 }
        : undefined;
    default:
      return undefined;
  }
}

function stringTokenAt(query: string, at: number): Found | undefined {
  if (!isQuote(query[at])) return undefined;
  const { text, end } = stringAt(query, at);
  return { token: { kind: 'string', text }, end };
}

function comparisonAt(query: string, at: number): Found | undefined {
  const [match, subject = '', symbol = ''] = matchAt(COMPARISON, query, at) ?? [];
  if (match === undefined) return undefined;
  const start = at + match.length;
  const { text, end } = valueAt(query, start);
  if (text === '') {
    throw new InvalidQuery({
      column: start + 1,
      expected: `a number after "${match.trim()}"`,
      received: query[end],
    });
  }
  const token = {
    kind: 'comparison',
    subject: subject.toLowerCase() === 'score' ? 'score' : 'size',
    operator: OPERATORS[symbol] ?? '=',
    value: { text, column: start + 1 },
  } as const;
  return { token, end };
}

function fieldAt(query: string, at: number): Found | undefined {
  const [match, name = ''] = matchAt(FIELD, query, at) ?? [];
  if (match === undefined) return undefined;
  const field = FIELDS.find((known) => known === name.toLowerCase());
  if (!field) throw unknownField(name, at + 1);
  const values: Value[] = [];
  for (let start = at + match.length; ; ) {
    const { text, end } = valueAt(query, start);
    if (text === '') {
      throw new InvalidQuery({
        column: start + 1,
        expected: `a value right after "${query.slice(at, start)}"`,
        received: query[start],
      });
    }
    values.push({ text, column: start + 1 });
    if (!hasAlternative(query, end)) return { token: { kind: 'field', field, values }, end };
    start = end + 1;
  }
}

function unknownField(name: string, column: number): InvalidQuery {
  const lower = name.toLowerCase();
  if (lower === 'score' || lower === 'size') {
    const expected = lower === 'score' ? 'a comparison, as in score>0.6' : 'a comparison, as in size>2mp';
    return new InvalidQuery({ column, expected, received: `${name}:` });
  }
  return new InvalidQuery({
    column,
    expected: `a field (${FIELDS.map((field) => `${field}:`).join(' ')}), or quotes around a text with a colon`,
    received: `${name}:`,
    suggestions: nearestWords(name, FIELDS).map((field) => `${field}:`),
  });
}

/** Whether `|` and another value of the same field stand there: `status:failed|unsupported`. */
function hasAlternative(query: string, at: number): boolean {
  if (query[at] !== '|' || matchAt(/[\s|()]|$/y, query, at + 1)) return false;
  const [, name = ''] = matchAt(FIELD, query, at + 1) ?? [];
  return !FIELDS.some((field) => field === name.toLowerCase());
}

function weightAt(query: string, at: number): Found | undefined {
  const [match, digits] = matchAt(WEIGHT, query, at) ?? [];
  if (match === undefined) return undefined;
  const weight = Number(digits);
  if (weight > 0) return { token: { kind: 'weight', weight }, end: at + match.length };
  throw new InvalidQuery({ column: at + 1, expected: 'a weight above 0', received: digits });
}

function wordAt(query: string, at: number): Found {
  let text = '';
  let end = at;
  while (end < query.length && !isWordEnd(query[end])) {
    const [part, next] = characterAt(query, end);
    text += part;
    end = next;
  }
  const raw = query.slice(at, end);
  if (raw === 'OR' || raw === 'AND' || raw === 'NOT') return { token: { kind: 'symbol', symbol: raw }, end };
  return { token: { kind: 'word', text }, end };
}

/** A value of a field: quotes may stand anywhere in it, and parentheses that have their counterpart. */
function valueAt(query: string, at: number): { readonly text: string; readonly end: number } {
  let text = '';
  let open = 0;
  let end = at;
  for (; end < query.length; ) {
    const character = query[end] ?? '';
    if (isQuote(character)) {
      const string = stringAt(query, end);
      text += string.text;
      end = string.end;
      continue;
    }
    if (character === '(') open++;
    else if (character === ')' && open > 0) open--;
    else if (isWordEnd(character)) break;
    const [part, next] = characterAt(query, end);
    text += part;
    end = next;
  }
  return { text, end };
}

/** A text in quotes; a curly one ends with any double quote. */
function stringAt(query: string, at: number): { readonly text: string; readonly end: number } {
  const isEnd = (character = '') =>
    character === '"' || (query[at] !== '"' && CURLY_QUOTES.includes(character) && character !== '');
  let text = '';
  for (let end = at + 1; end < query.length; ) {
    if (isEnd(query[end])) return { text, end: end + 1 };
    const [part, next] = characterAt(query, end);
    text += part;
    end = next;
  }
  throw new InvalidQuery({
    column: query.length + 1,
    expected: `a quote that closes the one at column ${at + 1}`,
  });
}

/** A character, and where the next one begins: after `\` stands one that means itself. */
function characterAt(query: string, at: number): readonly [text: string, next: number] {
  const start = query[at] === '\\' ? at + 1 : at;
  const code = query.codePointAt(start);
  if (code === undefined) {
    throw new InvalidQuery({ column: start + 1, expected: 'a character after "\\"' });
  }
  const text = String.fromCodePoint(code);
  return [text, start + text.length];
}

function isQuote(character = ''): boolean {
  return character === '"' || (character !== '' && CURLY_QUOTES.includes(character));
}

function isWordEnd(character = ''): boolean {
  return /[\s()|]/.test(character) || isQuote(character);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

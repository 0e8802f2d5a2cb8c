import type { Item } from '../../../functions/core/records/tag-table.ts';

/** Tells whether an item (undefined: there is none) fulfils a condition with these values. */
export type Condition = (item: Item | undefined, values: Item) => boolean;

/**
 * Reads a condition or key condition of DynamoDB: comparisons, `attribute_(not_)exists`, `begins_with`, NOT, AND, OR
 * and parentheses (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html).
 */
export function parseCondition(expression: string): Condition {
  const known = parsed.get(expression);
  if (known) return known;
  const tokens = tokensOf(expression);
  const condition = parseOr(tokens);
  if (tokens.length > 0) throw new Error(`Expected the end of "${expression}" but received "${tokens[0]}"`);
  parsed.set(expression, condition);
  return condition;
}

/** Every `:value` that an expression names. */
export function valueNamesIn(expression: string): readonly string[] {
  return expression.match(/:\w+/g) ?? [];
}

const parsed = new Map<string, Condition>();

function tokensOf(expression: string): string[] {
  const tokens = expression.match(/<=|>=|<>|[=<>(),]|[:#]?\w+|\S/g) ?? [];
  return [...tokens];
}

function parseOr(tokens: string[]): Condition {
  const parts = [parseAnd(tokens)];
  while (takeIf(tokens, 'OR')) parts.push(parseAnd(tokens));
  return (item, values) => parts.some((part) => part(item, values));
}

function parseAnd(tokens: string[]): Condition {
  const parts = [parsePrimary(tokens)];
  while (takeIf(tokens, 'AND')) parts.push(parsePrimary(tokens));
  return (item, values) => parts.every((part) => part(item, values));
}

function parsePrimary(tokens: string[]): Condition {
  if (takeIf(tokens, 'NOT')) {
    const inner = parsePrimary(tokens);
    return (item, values) => !inner(item, values);
  }
  if (takeIf(tokens, '(')) {
    const inner = parseOr(tokens);
    expectToken(tokens, ')');
    return inner;
  }
  return tokens[1] === '(' ? parseFunction(tokens) : parseComparison(tokens);
}

function parseFunction(tokens: string[]): Condition {
  const name = tokens.shift();
  expectToken(tokens, '(');
  const attribute = takeAttribute(tokens);
  const argument = takeIf(tokens, ',') ? tokens.shift() : undefined;
  expectToken(tokens, ')');
  if (name === 'attribute_exists') return (item) => item?.[attribute] !== undefined;
  if (name === 'attribute_not_exists') return (item) => item?.[attribute] === undefined;
  if (name === 'begins_with' && argument) {
    return (item, values) => String(item?.[attribute] ?? '').startsWith(String(values[argument]));
  }
  throw new Error(`Expected a function of DynamoDB's conditions but received "${name}"`);
}

type Comparable = string | number;

const COMPARISONS: Readonly<Record<string, (a: Comparable, b: Comparable) => boolean>> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function parseComparison(tokens: string[]): Condition {
  const attribute = takeAttribute(tokens);
  const operator = tokens.shift() ?? '';
  const value = tokens.shift() ?? '';
  const compare = COMPARISONS[operator];
  if (!compare || !value.startsWith(':')) {
    throw new Error(`Expected a comparison with a value but received "${attribute} ${operator} ${value}"`);
  }
  return (item, values) => {
    const left = item?.[attribute];
    const right = values[value];
    // Values of different types, and a missing attribute, fulfil no comparison.
    return isComparable(left) && typeof left === typeof right && compare(left, right as Comparable);
  };
}

function isComparable(value: unknown): value is Comparable {
  return typeof value === 'string' || typeof value === 'number';
}

function takeAttribute(tokens: string[]): string {
  const token = tokens.shift() ?? '';
  if (!/^\w+$/.test(token)) throw new Error(`Expected an attribute but received "${token}"`);
  return token;
}

function takeIf(tokens: string[], token: string): boolean {
  if (tokens[0] !== token) return false;
  tokens.shift();
  return true;
}

function expectToken(tokens: string[], token: string): void {
  if (!takeIf(tokens, token)) throw new Error(`Expected "${token}" but received "${tokens[0]}"`);
}

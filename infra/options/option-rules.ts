import { written } from './received-value.ts';

/** What an option may be, its default, and how it is read. */
export interface Rule<Value> {
  readonly byDefault: Value;
  /** Completes "Expected … for NAME". */
  readonly expected: string;
  /** Gives `undefined` for a faulty value. Strings are read as well, since the CDK's command line gives nothing else. */
  readonly read: (value: unknown) => Value | undefined;
}

export type Rules<Options> = { readonly [Name in keyof Options]-?: Rule<Options[Name]> };

/**
 * Reads every option by its rule. A faulty one gets its default and a line among the faults.
 *
 * @param received gives the value that arrived for an option, `undefined` for none
 */
export function readByRules<Options extends object>(
  rules: Rules<Options>,
  received: (name: string) => unknown,
): { readonly options: Options; readonly faults: readonly string[] } {
  const faults: string[] = [];
  const read = (name: string, rule: Rule<unknown>): unknown => {
    const value = received(name);
    if (value === undefined) return rule.byDefault;
    const option = rule.read(value);
    if (option === undefined) faults.push(fault(name, rule.expected, value));
    return option ?? rule.byDefault;
  };
  const entries = Object.entries<Rule<unknown>>(rules).map(([name, rule]) => [name, read(name, rule)]);
  return { options: Object.fromEntries(entries) as Options, faults };
}

/** One line of an error: what was expected, for what, and what arrived. */
export function fault(name: string, expected: string, received: unknown): string {
  return `Expected ${expected} for ${name} but received ${written(received)}`;
}

/** The rule of an option that is a whole number within a range. */
export interface NumberRule<Value> extends Rule<Value> {
  readonly minimum: number;
  readonly maximum: number;
}

export function wholeNumber<Default extends number | undefined>(
  minimum: number,
  maximum: number,
  byDefault: Default,
): NumberRule<number | Default> {
  return {
    minimum,
    maximum,
    byDefault,
    expected: `a whole number from ${minimum} to ${maximum}`,
    read: (value) => {
      const number = toNumber(value);
      return Number.isInteger(number) && number >= minimum && number <= maximum ? number : undefined;
    },
  };
}

export function oneOf<Value extends string | number>(
  values: readonly Value[],
  byDefault: NoInfer<Value>,
): Rule<Value> {
  return {
    byDefault,
    expected: `one of ${values.join(', ')}`,
    read: (value) =>
      values.find((one) => one === value || (typeof one === 'number' && one === toNumber(value))),
  };
}

export function flag(byDefault: boolean): Rule<boolean> {
  return {
    byDefault,
    expected: 'true or false',
    read: (value) => {
      if (value === true || value === 'true') return true;
      return value === false || value === 'false' ? false : undefined;
    },
  };
}

export function text<Default extends string | undefined>(
  pattern: RegExp,
  expected: string,
  byDefault: Default,
): Rule<string | Default> {
  return {
    byDefault,
    expected,
    read: (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined),
  };
}

/** A list, or a string with commas between its entries. Every entry must match `pattern`; repeated ones are dropped. */
export function list(
  pattern: RegExp,
  expected: string,
  byDefault: readonly string[],
): Rule<readonly string[]> {
  return {
    byDefault,
    expected,
    read: (value) => {
      const entries: unknown = typeof value === 'string' ? value.split(',') : value;
      const isGood =
        Array.isArray(entries) && entries.every((one) => typeof one === 'string' && pattern.test(one));
      return isGood ? [...new Set<string>(entries)] : undefined;
    },
  };
}

/** Reads what either of two rules reads. Its default is the first rule's. */
export function either<One, Other>(one: Rule<One>, other: Rule<Other>): Rule<One | NonNullable<Other>> {
  return {
    byDefault: one.byDefault,
    expected: `${one.expected} or ${other.expected}`,
    read: (value) => one.read(value) ?? other.read(value) ?? undefined,
  };
}

/** An option is a number only when it is written as one; `Number('')` and `Number(true)` would be numbers too. */
function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN;
}

/** What an option may be, what it is unless it is given, and how it is read. */
export interface Rule<Value> {
  readonly byDefault: Value;
  /** Completes "Expected … for NAME". */
  readonly expected: string;
  /** `undefined` for what is not expected. Strings are read as well: the CDK's command line gives nothing else. */
  readonly read: (value: unknown) => Value | undefined;
}

export type Rules<Options> = { readonly [Name in keyof Options]-?: Rule<Options[Name]> };

/**
 * Every option, read by its rule or its default, and one line for each that is not as its rule expects.
 *
 * @param received the value given for an option, `undefined` for none
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
  return `Expected ${expected} for ${name} but received ${JSON.stringify(received) ?? String(received)}`;
}

/** @throws Error with all faults, if there are any */
export function throwFaults(subject: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(faultText(subject, faults));
}

/** One fault a paragraph; its further lines stand below its first. */
export function faultText(subject: string, faults: readonly string[]): string {
  return [`${subject}:`, ...faults.map((text) => `  - ${text.replaceAll('\n', '\n    ')}`)].join('\n');
}

export function wholeNumber<Default extends number | undefined>(
  least: number,
  most: number,
  byDefault: Default,
): Rule<number | Default> {
  return {
    byDefault,
    expected: `a whole number from ${least} to ${most}`,
    read: (value) => {
      const number = toNumber(value);
      return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
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

/** A list, or a string with commas between its entries; every entry as `pattern` says, none twice. */
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

/** What either of two rules reads; without a value, the first one's default. */
export function either<One, Other>(one: Rule<One>, other: Rule<Other>): Rule<One | NonNullable<Other>> {
  return {
    byDefault: one.byDefault,
    expected: `${one.expected} or ${other.expected}`,
    read: (value) => one.read(value) ?? other.read(value) ?? undefined,
  };
}

/** Number('') and Number(true) are numbers too; an option is one only when it is written as one. */
function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN;
}

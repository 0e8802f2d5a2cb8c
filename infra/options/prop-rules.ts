import { RemovalPolicy, SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import type { NumberRule, Rule } from './option-rules.ts';

/**
 * The rule of an option for a prop. It reads no string, which only the CDK's command line needs, and nothing that only
 * the deployment knows.
 */
export function plain<Value>(rule: Rule<Value>): Rule<Value> {
  const isPlain = (value: unknown) => typeof value !== 'string' && ![value].flat().some(Token.isUnresolved);
  return { ...rule, read: (value) => (isPlain(value) ? rule.read(value) : undefined) };
}

/** The rule of a prop that must be known when the app is synthesized. */
export function known<Value>(rule: Rule<Value>): Rule<Value> {
  return { ...rule, read: (value) => (Token.isUnresolved(value) ? undefined : rule.read(value)) };
}

/** A `Size`, read as a number in the unit of the option's rule. */
export function size<Value>(rule: NumberRule<Value>, unit: 'bytes' | 'MiB'): Rule<Value> {
  const method = unit === 'bytes' ? 'toBytes' : 'toMebibytes';
  const expected = `a Size of ${rule.minimum} to ${rule.maximum} ${unit}`;
  return amount(rule, expected, method, { rounding: SizeRoundingBehavior.NONE });
}

/** A `Duration`, read as a number of seconds. */
export function duration<Value>(rule: NumberRule<Value>): Rule<Value> {
  const expected = `a Duration of ${rule.minimum} to ${rule.maximum} whole seconds`;
  return amount(rule, expected, 'toSeconds', { integral: false });
}

function amount<Value>(rule: Rule<Value>, expected: string, method: string, conversion: object): Rule<Value> {
  return {
    byDefault: rule.byDefault,
    expected,
    read: (value) => {
      const convert = has(value, method) && value[method];
      const isKnown = has(value, 'isUnresolved') && !call(value, value.isUnresolved);
      return isKnown && convert ? rule.read(call(value, convert, conversion)) : undefined;
    },
  };
}

/**
 * A construct, known by its members. `instanceof` would not know those of another copy of the CDK, nor any interface.
 *
 * @param members that such constructs have, and others have not
 */
export function construct<Type extends object>(
  expected: string,
  ...members: readonly (string & keyof Type)[]
): Rule<Type | undefined> {
  return {
    byDefault: undefined,
    expected,
    read: (value) => {
      const isObject = typeof value === 'object' && value !== null;
      return isObject && members.every((member) => has(value, member)) ? (value as Type) : undefined;
    },
  };
}

/** A list, each of whose entries the rule reads. */
export function listOf<Type, Default>(
  rule: Rule<Type | undefined>,
  expected: string,
  byDefault: Default,
  { minimum = 0, maximum = Number.POSITIVE_INFINITY } = {},
): Rule<readonly Type[] | Default> {
  return {
    byDefault,
    expected,
    read: (value) => {
      if (!Array.isArray(value) || value.length < minimum || value.length > maximum) return undefined;
      const entries = value.map((entry) => rule.read(entry));
      return entries.every((entry) => entry !== undefined) ? entries : undefined;
    },
  };
}

const REMOVAL_POLICIES: readonly unknown[] = [
  RemovalPolicy.RETAIN,
  RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  RemovalPolicy.DESTROY,
];

/** What CloudFormation can do with a table and a bucket: it takes snapshots of neither. */
export const removalPolicy: Rule<RemovalPolicy> = {
  byDefault: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  expected: 'RemovalPolicy.RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY',
  read: (value) => (REMOVAL_POLICIES.includes(value) ? (value as RemovalPolicy) : undefined),
};

function has<Name extends string>(value: unknown, name: Name): value is Record<Name, unknown> {
  return typeof value === 'object' && value !== null && name in value && value[name as never] !== undefined;
}

function call(value: unknown, method: unknown, ...given: readonly unknown[]): unknown {
  return typeof method === 'function' ? method.apply(value, given) : undefined;
}

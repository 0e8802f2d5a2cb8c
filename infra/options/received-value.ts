import { type Duration, type Size, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

const MEBIBYTE = 2 ** 20;

/** Plain data may hold itself. */
const DEEPEST = 3;

/** A value as an error names it: as JSON where it is plain data, else by what it is. */
export function written(value: unknown, depth = 0): string {
  if (depth > DEEPEST) return '…';
  if (Array.isArray(value) && !Token.isUnresolved(value)) {
    return `[${value.map((entry) => written(entry, depth + 1)).join(',')}]`;
  }
  if (isDeferred(value)) return 'a value that only the deployment knows';
  if (Construct.isConstruct(value)) return `the construct ${value.node.path}`;
  if (typeof value === 'object' && value !== null) return writtenObject(value, depth);
  if (typeof value === 'function') return 'a function';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** Whether a value is a token, or an amount that is made of one. */
function isDeferred(value: unknown): boolean {
  return Token.isUnresolved(value) || (isAmount(value) && value.isUnresolved());
}

function isAmount(value: unknown): value is Size | Duration {
  return typeof value === 'object' && value !== null && 'toHumanString' in value && 'isUnresolved' in value;
}

/** Amounts in the units that errors expect them in; other objects of a class may refer to themselves. */
function writtenObject(value: object, depth: number): string {
  if (isAmount(value)) {
    if ('toSeconds' in value) return `${value.toSeconds({ integral: false })} seconds`;
    const bytes = value.toBytes();
    return bytes % MEBIBYTE === 0 ? `${bytes / MEBIBYTE} MiB` : `${bytes} bytes`;
  }
  const { name } = value.constructor ?? Object;
  if (name !== 'Object') return `an object of class ${name}`;
  const entries = Object.entries(value).map(
    ([key, entry]) => `${JSON.stringify(key)}:${written(entry, depth + 1)}`,
  );
  return `{${entries.join(',')}}`;
}

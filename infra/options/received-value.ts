import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** A value as an error names it: as JSON where it is plain data, else by what it is. */
export function written(value: unknown): string {
  if (Array.isArray(value) && !Token.isUnresolved(value)) return `[${value.map(written).join(',')}]`;
  if (isDeferred(value)) return 'a value that only the deployment knows';
  if (Construct.isConstruct(value)) return `the construct ${value.node.path}`;
  if (typeof value === 'object' && value !== null) return writtenObject(value);
  return JSON.stringify(value) ?? (typeof value === 'function' ? 'a function' : String(value));
}

/** Whether a value is a token, or an amount that is made of one. */
function isDeferred(value: unknown): boolean {
  if (Token.isUnresolved(value)) return true;
  const amount = value as { isUnresolved?: () => boolean } | null | undefined;
  return typeof amount?.isUnresolved === 'function' && amount.isUnresolved();
}

/** `Size` and `Duration` have `toHumanString`; other objects of a class may refer to themselves. */
function writtenObject(value: object): string {
  if ('toHumanString' in value && typeof value.toHumanString === 'function') return value.toHumanString();
  const { name } = value.constructor ?? Object;
  return name === 'Object' ? JSON.stringify(value) : `an object of class ${name}`;
}

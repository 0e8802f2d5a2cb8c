import type { Node } from 'constructs';
import { DEFAULT_MAX_RECEIVE_COUNT } from './constructs/upload-queue.ts';

/** Every context key of this project begins so: `cdk deploy -c cliptag:maxReceiveCount=3`. */
const CONTEXT_PREFIX = 'cliptag:';

/** What the person who deploys decides, in `cdk.json`'s `context` or with `cdk … -c cliptag:<name>=<value>`. */
export interface Settings {
  /**
   * Name of the CloudFormation stack: a letter, then up to 127 letters, digits and hyphens.
   * @default 'Cliptag'
   */
  readonly stackName: string;
  /**
   * Time the tagging function may take for one batch, 1 to 900 seconds (AWS Lambda's own range).
   * @default 60
   */
  readonly functionTimeoutSeconds: number;
  /**
   * Times a message is received before it goes to the dead-letter queue, 1 to 1,000 (Amazon SQS's own range).
   * @default 5
   */
  readonly maxReceiveCount: number;
  /**
   * Whether DynamoDB refuses to delete the tag table.
   * @default true
   */
  readonly tableDeletionProtection: boolean;
}

/** Reads one value; `undefined` when it is not one of those expected. `-c` on the command line gives strings only. */
type Reader<T> = (value: unknown) => T | undefined;

interface Rule<T> {
  readonly byDefault: T;
  readonly expected: string;
  readonly read: Reader<T>;
}

type Rules = { readonly [Name in keyof Settings]: Rule<Settings[Name]> };

const RULES: Rules = {
  stackName: {
    byDefault: 'Cliptag',
    expected: 'a letter, then up to 127 letters, digits and hyphens',
    read: (value) =>
      typeof value === 'string' && /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(value) ? value : undefined,
  },
  functionTimeoutSeconds: wholeNumber(1, 900, 60),
  maxReceiveCount: wholeNumber(1, 1_000, DEFAULT_MAX_RECEIVE_COUNT),
  tableDeletionProtection: {
    byDefault: true,
    expected: 'true or false',
    read: (value) => {
      if (value === true || value === 'true') return true;
      return value === false || value === 'false' ? false : undefined;
    },
  },
};

/**
 * Reads the settings from the context of an app or any construct under it. Nothing else in `infra` reads context.
 *
 * @throws Error that names every faulty or unknown setting at once, with what was expected and what arrived.
 */
export function readSettings(node: Node): Settings {
  const faults: string[] = unknownSettings(node);
  const setting = <T>(name: keyof Settings, rule: Rule<T>): T => {
    const value: unknown = node.tryGetContext(CONTEXT_PREFIX + name);
    if (value === undefined) return rule.byDefault;
    const read = rule.read(value);
    if (read === undefined) faults.push(fault(name, rule.expected, value));
    return read ?? rule.byDefault;
  };
  const settings: Settings = {
    stackName: setting('stackName', RULES.stackName),
    functionTimeoutSeconds: setting('functionTimeoutSeconds', RULES.functionTimeoutSeconds),
    maxReceiveCount: setting('maxReceiveCount', RULES.maxReceiveCount),
    tableDeletionProtection: setting('tableDeletionProtection', RULES.tableDeletionProtection),
  };
  if (faults.length > 0) throw new Error(`CDK context:\n${faults.map((line) => `  - ${line}`).join('\n')}`);
  return settings;
}

/** A misspelt key would otherwise be a setting that silently does nothing. */
function unknownSettings(node: Node): string[] {
  const context: Record<string, unknown> = node.getAllContext();
  return Object.entries(context)
    .filter(([key]) => key.startsWith(CONTEXT_PREFIX))
    .map(([key, value]) => ({ name: key.slice(CONTEXT_PREFIX.length), value }))
    .filter(({ name }) => !Object.hasOwn(RULES, name))
    .map(({ name, value }) =>
      fault(name, `no such setting; there are ${Object.keys(RULES).join(', ')}`, value),
    );
}

function fault(name: string, expected: string, received: unknown): string {
  return `Expected ${expected} for ${CONTEXT_PREFIX}${name} but received ${JSON.stringify(received)}`;
}

function wholeNumber(least: number, most: number, byDefault: number): Rule<number> {
  return {
    byDefault,
    expected: `a whole number from ${least} to ${most}`,
    read: (value) => {
      // Number('') and Number(true) are numbers too; a setting is one only when it is written as one.
      if (typeof value !== 'number' && !(typeof value === 'string' && /^\d+$/.test(value))) return undefined;
      const number = Number(value);
      return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
    },
  };
}

import { parseArgs } from 'node:util';
import { UsageError } from './exit-code.ts';

/** A flag of a command: what `parseArgs` needs, and what help and checks need. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  /** One letter. */
  readonly short?: string;
  readonly about: string;
  /** What stands for the value in the help. */
  readonly value?: string;
  /** What is expected instead, or undefined for a good value. */
  readonly check?: (value: string) => string | undefined;
}

export type FlagSet = Readonly<Record<string, Flag>>;

type FlagValue<Type> = Type extends { type: 'boolean' } ? boolean : string;

/** What was given for each flag; undefined for those that were not. */
export type FlagValues<Flags extends FlagSet> = {
  readonly [Name in keyof Flags]?: Flags[Name] extends { multiple: true }
    ? readonly FlagValue<Flags[Name]>[]
    : FlagValue<Flags[Name]>;
};

export interface Input<Flags extends FlagSet> {
  readonly flags: FlagValues<Flags>;
  /** What stands on the command line beside the flags, in order. */
  readonly operands: readonly string[];
}

/**
 * Reads a command's part of the command line.
 *
 * @throws {UsageError} with all faults: unknown flags, values that are missing, superfluous or refused by their check
 */
export function parseFlags<Flags extends FlagSet>(args: readonly string[], flags: Flags): Input<Flags> {
  const { tokens } = parseArgs({ args: [...args], options: flags, strict: false, tokens: true });
  const given = tokens.filter((token) => token.kind === 'option');
  const faults = [unknownFlags(given, args, flags), ...given.map((token) => valueError(token, flags))];
  const found = faults.filter((fault) => fault !== undefined);
  if (found.length > 0) throw new UsageError(found);
  const { values, positionals } = parseArgs({ args: [...args], options: flags, allowPositionals: true });
  return { flags: values as FlagValues<Flags>, operands: positionals };
}

/** @throws {UsageError} unless the one operand is `list` */
export function requireList(operands: readonly string[]): void {
  if (operands.length === 1 && operands[0] === 'list') return;
  const received = operands.length === 0 ? 'nothing' : `"${operands.join(' ')}"`;
  throw new UsageError([`expected "list" but received ${received}`]);
}

/** @throws {UsageError} when anything stands beside the flags */
export function requireNoOperands([operand]: readonly string[]): void {
  if (operand !== undefined) throw new UsageError([`expected only flags but received "${operand}"`]);
}

interface GivenFlag {
  /** Of the argument that it stands in. */
  readonly index: number;
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function unknownFlags(
  given: readonly GivenFlag[],
  args: readonly string[],
  flags: FlagSet,
): string | undefined {
  const unknown = given
    .filter(({ name }) => !Object.hasOwn(flags, name))
    // `parseArgs` takes `-x.jpg` for the flags -x, -., -j and so on.
    .map(({ rawName, index }) => (rawName.startsWith('--') ? rawName : (args[index] ?? rawName)));
  if (unknown.length === 0) return undefined;
  const known = Object.keys(flags).map((name) => `--${name}`);
  return `unknown flag ${[...new Set(unknown)].join(', ')} (flags: ${known.join(', ')}; a name that begins with - goes after --)`;
}

function valueError({ name, rawName, value, inlineValue }: GivenFlag, flags: FlagSet): string | undefined {
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (!flag) return undefined;
  if (flag.type === 'boolean') {
    return inlineValue ? `${rawName} takes no value but received "${value}"` : undefined;
  }
  if (value === undefined) return `${rawName} needs a value`;
  // As `parseArgs` has it: more likely a forgotten value than one that begins so.
  if (!inlineValue && value.length > 1 && value.startsWith('-')) {
    return `${rawName} needs a value (one that begins with - is given as ${rawName}=${value})`;
  }
  const expected = flag.check?.(value);
  return expected && `${rawName}: expected ${expected} but received "${value}"`;
}

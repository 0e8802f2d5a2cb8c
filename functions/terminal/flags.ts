import { parseArgs } from 'node:util';
import { didYouMean } from '../core/labels/near-words.ts';
import { meantNames } from './did-you-mean.ts';
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
  /** What a shell offers for the value. @default as {@link value} says, `FILE` or `NAME|FOLDER` */
  readonly completes?: Completes | undefined;
}

/** What a shell offers: certain words, or names of what is there; files where no name fits. */
export type Completes =
  | readonly string[]
  | 'files'
  | 'label sets'
  | 'label sets and files'
  | 'models and files';

/** What stands for values in the help tells what they may be. */
const COMPLETED_VALUES: ReadonlyArray<readonly [value: RegExp, completes: Completes]> = [
  [/^NAME\|FOLDER/, 'models and files'],
  [/SETNAME/, 'label sets and files'],
  [/FILE|FOLDER/, 'files'],
];

/** What a shell offers for a flag's value; undefined for nothing. */
export function completedBy({ completes, value = '' }: Flag): Completes | undefined {
  return completes ?? COMPLETED_VALUES.find(([pattern]) => pattern.test(value))?.[1];
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
 * @param check what is wrong with flags and operands that are each well written; asked only where it is clear which
 *   words are flags, values and operands
 * @throws {UsageError} with all faults: unknown flags, values that are missing, superfluous or refused by their check,
 *   and those that `check` finds
 */
export function parseFlags<Flags extends FlagSet>(
  args: readonly string[],
  flags: Flags,
  check: (input: Input<Flags>) => readonly string[] = () => [],
): Input<Flags> {
  const { tokens, values, positionals } = parseArgs({
    args: [...args],
    options: flags,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = tokens.filter((token) => token.kind === 'option');
  const unknown = unknownFlags(given, args, flags);
  const badForms = given.map((token) => formFault(token, flags));
  const isClear = [unknown, ...badForms].every((fault) => fault === undefined);
  const input = { flags: values as FlagValues<Flags>, operands: positionals };
  const faults = [
    unknown,
    ...given.map((token, i) => badForms[i] ?? refusal(token, flags)),
    ...(isClear ? check(input) : []),
  ].filter((fault) => fault !== undefined);
  if (faults.length > 0) throw new UsageError(faults);
  return input;
}

/** The faults of operands where only flags are expected. */
export function onlyFlags([operand]: readonly string[]): readonly string[] {
  return operand === undefined ? [] : [`expected only flags but received "${operand}"`];
}

/** What was given as operands, as a fault names it. */
export function receivedText(operands: readonly string[]): string {
  return operands.length === 0 ? 'nothing' : `"${operands.join(' ')}"`;
}

interface GivenFlag {
  /** The place of the argument that it stands in. */
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
  const distinct = [...new Set(unknown)];
  const meant = [...new Set(distinct.flatMap((name) => meantFlags(name, flags)))];
  return `unknown flag ${distinct.join(', ')} (flags: ${known.join(', ')}; a name that begins with - goes after --)${didYouMean(meant)}`;
}

/** Also of a flag with one hyphen. */
function meantFlags(name: string, flags: FlagSet): readonly string[] {
  const word = name.replace(/^-+/, '').replace(/=.*$/s, '');
  return word.length > 1 ? meantNames(word, Object.keys(flags)).map((one) => `--${one}`) : [];
}

/** Whether a flag has a value where it needs one, and none where it takes none. */
function formFault({ name, rawName, value, inlineValue }: GivenFlag, flags: FlagSet): string | undefined {
  const flag = flagOf(name, flags);
  if (!flag) return undefined;
  if (flag.type === 'boolean') {
    return inlineValue ? `${rawName} takes no value but received "${value}"` : undefined;
  }
  if (value === undefined) return `${rawName} needs a value`;
  // As `parseArgs` has it: more likely a forgotten value than one that begins so.
  const isForgotten = !inlineValue && value.length > 1 && value.startsWith('-');
  return isForgotten
    ? `${rawName} needs a value (one that begins with - is given as ${rawName}=${value})`
    : undefined;
}

/** What the flag's own check says of its value. */
function refusal({ name, rawName, value = '' }: GivenFlag, flags: FlagSet): string | undefined {
  const expected = flagOf(name, flags)?.check?.(value);
  return expected && `${rawName}: expected ${expected} but received "${value}"`;
}

/** Own names only: `--constructor` is no flag. */
function flagOf(name: string, flags: FlagSet): Flag | undefined {
  return Object.hasOwn(flags, name) ? flags[name] : undefined;
}

import type { Command, CommandTable } from '../../../terminal/command.ts';
import { type Completes, completedBy, type Flag, type FlagSet } from '../../../terminal/flags.ts';

/** A word that may stand there, and what is said of it. */
export interface Completion {
  readonly word: string;
  readonly about?: string;
}

export interface Completions {
  readonly words: readonly Completion[];
  /** Whether files may stand there, too. */
  readonly withFiles: boolean;
}

/** Names of what is there, such as label sets; none where they cannot be had. */
export type NamesAtHand = (kind: 'label sets' | 'models') => Promise<readonly string[]>;

export interface CompletionOptions {
  readonly names: NamesAtHand;
  /** Whether words come broken at `=`, and answers are to be what stands behind it. */
  readonly isBash: boolean;
}

/** Bash puts a word into the line as it is: `$(…)` would be run. What answers on the pipeline's port may be anything. */
const HARMLESS = /^[\p{L}\p{N}_.@%+:,/][\p{L}\p{N}_.@%+:,/-]*$/u;
const NOTHING: Completions = { words: [], withFiles: false };
const PROGRAM_FLAGS: readonly Completion[] = [
  { word: '--help', about: 'Print this help.' },
  { word: '--version', about: 'Print the version.' },
];

/**
 * What may stand in the place of the last of some words, which is begun or empty.
 *
 * @param words what follows the program's name
 */
export async function completionsOf(
  words: readonly string[],
  table: CommandTable,
  options: CompletionOptions,
): Promise<Completions> {
  const [first = '', ...rest] = options.isBash ? joined(words) : words;
  if (rest.length === 0) return starting(first, first.startsWith('-') ? PROGRAM_FLAGS : commandWords(table));
  const command = await table.get(first)?.load();
  return command ? ofCommand(command, rest, options) : NOTHING;
}

async function ofCommand(
  command: Command,
  words: readonly string[],
  options: CompletionOptions,
): Promise<Completions> {
  const { subcommands, description } = command;
  if (subcommands) return completionsOf(words, subcommands, { ...options, isBash: false });
  if (!description) return NOTHING;
  const { flags, operands } = description;
  const [current = '', before = ''] = [words.at(-1), words.at(-2)];
  if (words.slice(0, -1).includes('--')) return ofKind(operands, current, options);
  const [, name = '', begun = ''] = /^--([\w-]+)=(.*)$/s.exec(current) ?? [];
  if (name !== '') {
    const flag = flagOf(name, flags);
    const values = await ofKind(flag && completedBy(flag), begun, options);
    const prefix = options.isBash ? '' : `--${name}=`;
    return { ...values, words: values.words.map((one) => ({ ...one, word: prefix + one.word })) };
  }
  const awaiting = valueFlag(before, flags);
  if (awaiting) return ofKind(completedBy(awaiting), current, options);
  return current.startsWith('-')
    ? starting(current, flagWords(flags, words))
    : ofKind(operands, current, options);
}

/** The flag whose value comes next. */
function valueFlag(word: string, flags: FlagSet): Flag | undefined {
  const flag = word.startsWith('--')
    ? flagOf(word.slice(2), flags)
    : Object.values(flags).find(({ short }) => short !== undefined && word === `-${short}`);
  return flag?.type === 'string' ? flag : undefined;
}

function flagOf(name: string, flags: FlagSet): Flag | undefined {
  return Object.hasOwn(flags, name) ? flags[name] : undefined;
}

/** The flags that are not given yet, or may be given again. */
function flagWords(flags: FlagSet, words: readonly string[]): readonly Completion[] {
  const given = new Set(words.slice(0, -1).map((word) => word.replace(/=.*$/s, '')));
  return Object.entries(flags)
    .filter(([name, { multiple }]) => multiple || !given.has(`--${name}`))
    .map(([name, { about }]) => ({ word: `--${name}`, about: about.split('\n')[0] ?? '' }));
}

function commandWords(table: CommandTable): readonly Completion[] {
  return [...table].map(([word, { about }]) => ({ word, about }));
}

async function ofKind(
  kind: Completes | undefined,
  begun: string,
  { names }: CompletionOptions,
): Promise<Completions> {
  if (kind === undefined) return NOTHING;
  if (typeof kind !== 'string')
    return starting(
      begun,
      kind.map((word) => ({ word })),
    );
  if (kind === 'files') return { words: [], withFiles: true };
  const isSets = kind === 'label sets' || kind === 'label sets and files';
  const words = (await names(isSets ? 'label sets' : 'models')).filter((word) => HARMLESS.test(word));
  return {
    ...starting(
      begun,
      words.map((word) => ({ word })),
    ),
    withFiles: kind.endsWith('files'),
  };
}

function starting(begun: string, words: readonly Completion[]): Completions {
  return { words: words.filter(({ word }) => word.startsWith(begun)), withFiles: false };
}

/** Words that bash has broken at `=`, put together: `--model`, `=`, `emb`. */
function joined(words: readonly string[]): readonly string[] {
  const whole: string[] = [];
  for (const [at, word] of words.entries()) {
    const last = whole.at(-1);
    const goesOn = word === '=' ? last?.startsWith('--') : words[at - 1] === '=' && last?.endsWith('=');
    if (goesOn && last !== undefined) whole[whole.length - 1] = last + word;
    else whole.push(word);
  }
  return whole;
}

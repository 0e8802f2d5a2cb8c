import { EXIT } from './exit-code.ts';
import { fittedHelp } from './fitted-help.ts';
import { type Completes, type Flag, type FlagSet, type Input, parseFlags } from './flags.ts';
import { laidOut } from './layout.ts';
import { withoutLiveLines } from './live-line.ts';
import { type Output, withoutRemarks } from './output.ts';

/** What a command is made of. */
export interface CommandParts<Flags extends FlagSet> extends CommandDescription {
  readonly flags: Flags;
  /** Faults of flags and operands taken together; reported with those of single flags. */
  check?(input: Input<Flags>): readonly string[];
  /** Resolves to the exit code. */
  run(input: Input<Flags>, output: Output): Promise<number>;
}

/** What is told of a command by its help, by the documents and by the completion of shells. */
export interface CommandDescription {
  /** How it is written, e.g. `tag PATH… [flags]`. */
  readonly usage: string;
  /** What it does: paragraphs, as the help shows them. */
  readonly about: string;
  /** A line to try, e.g. `tag ~/Pictures`. */
  readonly example?: string;
  readonly flags: FlagSet;
  /** What a shell offers for its operands. @default nothing */
  readonly operands?: Completes;
}

/** Runs a command with the arguments that follow its name; resolves to the exit code. */
export interface Command {
  (args: readonly string[], output: Output): Promise<number>;
  /** Of a command that has no subcommands. */
  readonly description?: CommandDescription;
  /** Of a command whose first operand names what is to be done. */
  readonly subcommands?: CommandTable;
  /** Of such a command: the name of what these arguments would have done, e.g. `diff`; undefined where they name nothing. */
  readonly subcommandOf?: (args: readonly string[]) => string | undefined;
}

/** A command in a list of them. */
export interface ListedCommand {
  /** What follows its name in the help, e.g. `PATH…`. */
  readonly operands?: string;
  /** What it does, in a line. */
  readonly about: string;
  /** Loaded when it is run: no command waits for what another needs. */
  load(): Promise<Command>;
}

/** Commands by their names, in the order of the help. */
export type CommandTable = ReadonlyMap<string, ListedCommand>;

const COMMON_FLAGS = {
  quiet: {
    type: 'boolean',
    short: 'q',
    about: 'Print answers and faults alone: no remarks, progress, summary.',
  },
  help: { type: 'boolean', short: 'h', about: 'Print this help.' },
} as const;

/** A command as the dispatcher sees it: with `--help` and `--quiet`, and its flags parsed and checked before it runs. */
export function command<Flags extends FlagSet>(parts: CommandParts<Flags>): Command {
  const flags = { ...parts.flags, ...COMMON_FLAGS };
  const description = { ...parts, flags };
  const run = async (args: readonly string[], output: Output) => {
    if (asksForHelp(args)) {
      await output.line(fittedHelp(helpOf(description)));
      return EXIT.done;
    }
    const check = (input: Input<FlagSet>) => parts.check?.(input as Input<Flags>) ?? [];
    const { flags: given, operands } = parseFlags<FlagSet>(args, flags, check);
    const { quiet: isQuiet, ...own } = given;
    const input = { flags: own, operands } as Input<Flags>;
    return isQuiet
      ? withoutLiveLines(() => parts.run(input, withoutRemarks(output)))
      : parts.run(input, output);
  };
  return Object.assign(run, { description });
}

/** Whether arguments ask for help, wherever flags stand. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

/** The help of one command: Latin letters, each of them a cell wide. */
function helpOf({ usage, about, example, flags }: CommandDescription): string {
  const rows = Object.entries(flags).map(([name, flag]) => [`  ${flagUsage(name, flag)}`, flag.about]);
  const examples = example === undefined ? [] : [`Example: cliptag ${example}`, ''];
  return [
    `Usage: cliptag ${usage}`,
    '',
    about,
    '',
    ...examples,
    'Flags:',
    ...laidOut(rows, ({ length }) => length),
  ].join('\n');
}

/** A flag as help and documents write it, e.g. `--label L …`. */
export function flagUsage(name: string, { short, value, multiple }: Flag): string {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return `${names}${value === undefined ? '' : ` ${value}`}${multiple ? ' …' : ''}`;
}

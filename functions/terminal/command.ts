import { EXIT } from './exit-code.ts';
import { type Flag, type FlagSet, type Input, parseFlags } from './flags.ts';
import { laidOut } from './layout.ts';
import type { Output } from './output.ts';

/** What a command is made of. */
export interface CommandParts<Flags extends FlagSet> {
  /** How it is written, e.g. `tag PATH… [flags]`. */
  readonly usage: string;
  /** What it does: paragraphs, as the help shows them. */
  readonly about: string;
  /** A line to try, e.g. `tag ~/Pictures`. */
  readonly example?: string;
  readonly flags: Flags;
  /** Faults of flags and operands taken together; reported with those of single flags. */
  check?(input: Input<Flags>): readonly string[];
  /** Resolves to the exit code. */
  run(input: Input<Flags>, output: Output): Promise<number>;
}

/** Runs a command with the arguments that follow its name; resolves to the exit code. */
export type Command = (args: readonly string[], output: Output) => Promise<number>;

const HELP = { help: { type: 'boolean', short: 'h', about: 'Print this help.' } } as const;

/** A command as the dispatcher sees it: with `--help`, and its flags parsed and checked before it runs. */
export function command<Flags extends FlagSet>(parts: CommandParts<Flags>): Command {
  const flags = { ...parts.flags, ...HELP };
  return async (args, output) => {
    if (asksForHelp(args)) {
      await output.line(helpOf({ ...parts, flags }));
      return EXIT.done;
    }
    const check = (input: Input<FlagSet>) => parts.check?.(input as Input<Flags>) ?? [];
    return parts.run(parseFlags<FlagSet>(args, flags, check) as Input<Flags>, output);
  };
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

type HelpParts = Pick<CommandParts<FlagSet>, 'usage' | 'about' | 'example' | 'flags'>;

/** The help of one command: Latin letters, each of them a cell wide. */
function helpOf({ usage, about, example, flags }: HelpParts): string {
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

function flagUsage(name: string, { short, value, multiple }: Flag): string {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return `${names}${value === undefined ? '' : ` ${value}`}${multiple ? ' …' : ''}`;
}

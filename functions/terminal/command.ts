import { columns } from './answer-text.ts';
import { EXIT } from './exit-code.ts';
import { type Flag, type FlagSet, type Input, parseFlags } from './flags.ts';
import type { Output } from './output.ts';

/** One command of the command line, from its own point of view. */
export interface CommandParts<Flags extends FlagSet> {
  /** How it is written, e.g. `tag PATH… [flags]`. */
  readonly usage: string;
  /** What it does: paragraphs, as the help shows them. */
  readonly about: string;
  readonly flags: Flags;
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
    return parts.run(parseFlags(args, flags) as Input<Flags>, output);
  };
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

/** The help of one command. */
function helpOf({ usage, about, flags }: { usage: string; about: string; flags: FlagSet }): string {
  const rows = Object.entries(flags).map(([name, flag]) => [`  ${flagUsage(name, flag)}`, flag.about]);
  return [`Usage: cliptag ${usage}`, '', about, '', 'Flags:', ...columns(rows)].join('\n');
}

function flagUsage(name: string, { short, value, multiple }: Flag): string {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return `${names}${value === undefined ? '' : ` ${value}`}${multiple ? ' …' : ''}`;
}

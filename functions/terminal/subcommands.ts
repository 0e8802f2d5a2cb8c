import { asksForHelp, type Command, type CommandTable } from './command.ts';
import { wrongCommand } from './did-you-mean.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { fittedHelp } from './fitted-help.ts';
import { tableLines } from './table-lines.ts';

export interface CommandOfParts {
  /** Its name, e.g. `models`. */
  readonly name: string;
  readonly about: string;
}

/** A command whose first operand names what is to be done, wherever flags stand; alone it prints its help. */
export function commandOf(subcommands: CommandTable, parts: CommandOfParts): Command {
  const run: Command = async (args, output) => {
    const at = placeOfName(args);
    const name = args[at];
    const listed = name === undefined ? undefined : subcommands.get(name);
    if (listed) return (await listed.load())([...args.slice(0, at), ...args.slice(at + 1)], output);
    if (args.length === 0 || (name === undefined && asksForHelp(args))) {
      await output.line(fittedHelp(helpOf(subcommands, parts)));
      return EXIT.done;
    }
    throw new UsageError([wrongCommand(name ?? args[0] ?? '', [...subcommands.keys()], parts.name)]);
  };
  const subcommandOf = (args: readonly string[]) => {
    const name = args[placeOfName(args)];
    return name !== undefined && subcommands.has(name) ? name : undefined;
  };
  return Object.assign(run, { subcommands, subcommandOf });
}

/** Flags may stand before it. */
function placeOfName(args: readonly string[]): number {
  return args.findIndex((arg) => !arg.startsWith('-'));
}

function helpOf(subcommands: CommandTable, { name, about }: CommandOfParts): string {
  return [
    `Usage: cliptag ${name} SUBCOMMAND [ARGUMENTS] [FLAGS]`,
    '',
    about,
    `\`cliptag ${name} SUBCOMMAND --help\` explains it and its flags.`,
    '',
    ...tableLines([subcommands]).flat(),
  ].join('\n');
}

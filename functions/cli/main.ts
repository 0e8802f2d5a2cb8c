import { existsSync } from 'node:fs';
import { packageVersion } from '../adapters/files/package-folder.ts';
import { shellWord } from '../core/removal-command.ts';
import { wrongCommand } from '../terminal/did-you-mean.ts';
import { EXIT, UsageError } from '../terminal/exit-code.ts';
import { fittedHelp } from '../terminal/fitted-help.ts';
import type { Output } from '../terminal/output.ts';
import { runProgram } from '../terminal/program.ts';
import { commandGroups, commandTable, type LoadStart } from './command-table.ts';
import { generalHelp } from './general-help.ts';

/**
 * The command line.
 *
 * @param args what follows the program's name
 * @param start loads the command that runs the local pipeline
 * @returns the exit code; `cliptag --help` explains it
 */
export function main(args: readonly string[], start: LoadStart = noStart): Promise<number> {
  const [name = '', ...rest] = isHelpOf(args) ? [...args.slice(1), '--help'] : args;
  const groups = commandGroups(start);
  const commands = commandTable(groups);
  const listed = commands.get(name);
  if (listed) {
    const program = `cliptag ${name}`;
    return runProgram(program, async (output, beCalled) => {
      const command = await listed.load();
      const subcommand = command.subcommandOf?.(rest);
      if (subcommand !== undefined) beCalled(`${program} ${subcommand}`);
      return command(rest, output);
    });
  }
  return runProgram('cliptag', (output) =>
    answer(name, () => generalHelp(groups), [...commands.keys()], output),
  );
}

/** `cliptag help tag` is `cliptag tag --help`. */
function isHelpOf([name, command = '-']: readonly string[]): boolean {
  return name === 'help' && !command.startsWith('-');
}

/** What is answered where no command is named. */
async function answer(
  name: string,
  help: () => string,
  names: readonly string[],
  output: Output,
): Promise<number> {
  if (name === '--version') await output.line(packageVersion());
  else if (['', '--help', '-h', 'help'].includes(name)) await output.line(fittedHelp(help()));
  else {
    const fault = wrongCommand(name, [...names, '--help', '--version']);
    throw new UsageError([
      !name.startsWith('-') && existsSync(name)
        ? `${fault}; a picture is tagged by cliptag tag ${shellWord(name)}`
        : fault,
    ]);
  }
  return EXIT.done;
}

function noStart(): never {
  throw new UsageError(['expected the program that has the command `start`']);
}

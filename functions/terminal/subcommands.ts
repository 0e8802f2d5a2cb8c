import type { Command } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';

/** By name; each is loaded when it is run. */
export type Subcommands = ReadonlyMap<string, () => Promise<Command>>;

/** A command whose first operand names what is to be done, wherever flags stand. */
export function commandOf(subcommands: Subcommands, help: string): Command {
  return async (args, output) => {
    const at = args.findIndex((arg) => !arg.startsWith('-'));
    const name = at < 0 ? undefined : args[at];
    const load = name === undefined ? undefined : subcommands.get(name);
    if (load) return (await load())([...args.slice(0, at), ...args.slice(at + 1)], output);
    if (name === undefined && args.some((arg) => arg === '--help' || arg === '-h')) {
      await output.line(help);
      return EXIT.done;
    }
    throw new UsageError([
      `expected ${namesText([...subcommands.keys()])} but received ${name === undefined ? 'nothing' : `"${name}"`}`,
    ]);
  };
}

function namesText(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

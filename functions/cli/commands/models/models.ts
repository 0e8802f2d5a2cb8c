import type { Command } from '../../../terminal/command.ts';
import { EXIT, UsageError } from '../../../terminal/exit-code.ts';

/** Each is loaded when it is run, as commands are: listing models loads no compiler. */
const SUBCOMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['list', async () => (await import('./models-list.ts')).modelsList],
  ['pull', async () => (await import('./models-pull.ts')).modelsPull],
  ['compile', async () => (await import('./models-compile.ts')).modelsCompile],
  ['verify', async () => (await import('./models-verify.ts')).modelsVerify],
]);

const HELP = `Usage: cliptag models SUBCOMMAND [ARGUMENTS] [FLAGS]

Works on models: folders with an image encoder, a text encoder and a tokenizer.
\`cliptag models SUBCOMMAND --help\` explains it and its flags.

  list [--json]            The models at hand.
  pull NAME [flags]        Download a CLIP checkpoint from the Hugging Face hub.
  compile FOLDER [--json]  Make a model of a CLIP checkpoint or of ready ONNX files.
  verify FOLDER [flags]    Compare a model with its float32 counterpart, or with the original code.`;

/** `models SUBCOMMAND …`: the first operand names what is to be done, wherever flags stand. */
export const models: Command = async (args, output) => {
  const at = args.findIndex((arg) => !arg.startsWith('-'));
  const name = at < 0 ? undefined : args[at];
  const load = name === undefined ? undefined : SUBCOMMANDS.get(name);
  if (load) return (await load())([...args.slice(0, at), ...args.slice(at + 1)], output);
  if (name === undefined && args.some((arg) => arg === '--help' || arg === '-h')) {
    await output.line(HELP);
    return EXIT.done;
  }
  throw new UsageError([
    `expected ${namesText()} but received ${name === undefined ? 'nothing' : `"${name}"`}`,
  ]);
};

function namesText(): string {
  const names = [...SUBCOMMANDS.keys()].map((name) => `"${name}"`);
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

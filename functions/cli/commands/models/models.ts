import { commandOf, type Subcommands } from '../../../terminal/subcommands.ts';

/** Listing models loads no compiler. */
const SUBCOMMANDS: Subcommands = new Map([
  ['list', async () => (await import('./models-list.ts')).modelsList],
  ['pull', async () => (await import('./models-pull.ts')).modelsPull],
  ['compile', async () => (await import('./models-compile.ts')).modelsCompile],
  ['background', async () => (await import('./models-background.ts')).modelsBackground],
  ['verify', async () => (await import('./models-verify.ts')).modelsVerify],
]);

const HELP = `Usage: cliptag models SUBCOMMAND [ARGUMENTS] [FLAGS]

Works on models: folders with an image encoder, a text encoder and a tokenizer.
\`cliptag models SUBCOMMAND --help\` explains it and its flags.

  list [--json]            The models at hand.
  pull NAME [flags]        Download a CLIP checkpoint from the Hugging Face hub.
  compile FOLDER [--json]  Make a model of a CLIP checkpoint or of ready ONNX files.
  background NAME FOLDER   Give a model pictures that labels have to stand out from.
  verify FOLDER [flags]    Compare a model with its float32 counterpart, or with the original code.`;

export const models = commandOf(SUBCOMMANDS, HELP);

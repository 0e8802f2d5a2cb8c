import type { CommandTable } from '../../../terminal/command.ts';
import { commandOf } from '../../../terminal/subcommands.ts';

/** Listing models loads no compiler. */
const SUBCOMMANDS: CommandTable = new Map([
  [
    'list',
    {
      about: 'The models at hand.',
      load: async () => (await import('./models-list.ts')).modelsList,
    },
  ],
  [
    'pull',
    {
      operands: 'NAME',
      about: 'Download a CLIP checkpoint from the Hugging Face hub.',
      load: async () => (await import('./models-pull.ts')).modelsPull,
    },
  ],
  [
    'compile',
    {
      operands: 'FOLDER',
      about: 'Make a model of a CLIP checkpoint or of ready ONNX files.',
      load: async () => (await import('./models-compile.ts')).modelsCompile,
    },
  ],
  [
    'background',
    {
      operands: 'NAME FOLDER',
      about: 'Give a model pictures that labels have to stand out from.',
      load: async () => (await import('./models-background.ts')).modelsBackground,
    },
  ],
  [
    'verify',
    {
      operands: 'FOLDER',
      about: 'Compare a model with its float32 counterpart.',
      load: async () => (await import('./models-verify.ts')).modelsVerify,
    },
  ],
]);

export const models = commandOf(SUBCOMMANDS, {
  name: 'models',
  about: 'Works on models: folders with an image encoder, a text encoder and a tokenizer.',
});

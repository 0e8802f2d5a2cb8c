import { statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { Model } from '../../../adapters/files/model-folder.ts';
import { KNOWN_MODELS } from '../../../checkpoints/pull/known-models.ts';
import { DEFAULT_MODEL, MODELS_FOLDER } from '../../../tagger/model-places.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT, UsageError } from '../../../terminal/exit-code.ts';
import { checkAboveZero, checkNotEmpty } from '../../../terminal/flag-checks.ts';
import { type Input, receivedText } from '../../../terminal/flags.ts';
import { CHECKPOINTS_FOLDER, SAMPLE_FOLDER, SHOWN_MODELS_FOLDER } from '../../places.ts';
import { JSON_FLAG } from '../../shared-flags.ts';

const flags = {
  precision: {
    type: 'string',
    value: 'int8|fp32',
    about: 'int8: a quarter of the size, about three times as fast. fp32: to the last digit. Default: int8.',
    check: (value: string) => (['int8', 'fp32'].includes(value) ? undefined : 'int8 or fp32'),
  },
  out: {
    type: 'string',
    value: 'FOLDER',
    about: `Where the model goes; a model that is there is replaced. Default: ${SHOWN_MODELS_FOLDER}/NAME.`,
    check: checkNotEmpty,
  },
  tokenizer: {
    type: 'string',
    value: 'FILE',
    about: 'The tokenizer.json to take where FOLDER has none.',
    check: checkNotEmpty,
  },
  'logit-scale': {
    type: 'string',
    value: 'NUMBER',
    about: 'The logit scale of ready ONNX files, which do not hold it. Default: 100.',
    check: checkAboveZero,
  },
  json: JSON_FLAG,
} as const;

export const modelsCompile = command({
  usage: 'models compile FOLDER|NAME [--precision int8|fp32] [--out FOLDER] [--json]',
  about: `Makes a model of a CLIP or SigLIP checkpoint: open_clip's (open_clip_config.json, open_clip_model.safetensors) or
Hugging Face's (config.json, preprocessor_config.json or processor_config.json, model.safetensors), with its tokenizer.json. NAME is one that
\`models pull\` downloaded. It takes CLIP's vision transformers with CLIP's own text transformer, SigLIP, and SigLIP 2 of a
fixed picture size; it refuses ResNets, other text towers, NaFlex and PE-Core, each with its reason. A folder with
ready ONNX files (onnx/vision_model.onnx, onnx/text_model.onnx) is taken as it is.
--json: {"name","folder","digest","precision","licence","files":{role:{"path","sha256","bytes"}}}
Exit code: 0; 1 when it could not be done; 2 when it was asked for wrongly, or the checkpoint is of another kind.`,
  example: 'models compile vit-b-32-256-datacomp',
  operands: 'models and files',
  flags,
  check: ({ operands }) =>
    operands.length === 1
      ? []
      : [`expected one FOLDER or NAME of a checkpoint but received ${receivedText(operands)}`],
  run: async (input, output) => {
    const { folder, out } = asked(input);
    const { compileModel } = await import('../../../checkpoints/compile/compile.ts');
    const { precision, tokenizer, 'logit-scale': logitScale } = input.flags;
    const model = await compileModel(folder, {
      out,
      samples: await samples(),
      precision: precision === 'fp32' ? 'fp32' : 'int8',
      ...(tokenizer !== undefined && { tokenizer }),
      ...(logitScale !== undefined && { logitScale: Number(logitScale) }),
    });
    await output.line(input.flags.json ? jsonLine(model) : summary(model, out));
    return EXIT.done;
  },
});

/** @throws {UsageError} when there is no such folder, or the model would replace the embedded one */
function asked({ flags: given, operands: [operand = ''] }: Input<typeof flags>): {
  folder: string;
  out: string;
} {
  const pulled = join(CHECKPOINTS_FOLDER, operand);
  const folder = [operand, pulled].find((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
  if (folder === undefined) {
    throw new UsageError([
      `expected a folder but found neither ${operand} nor ${pulled}${Object.hasOwn(KNOWN_MODELS, operand) ? `: cliptag models pull ${operand} downloads it` : ''}`,
    ]);
  }
  // The folder's name is what `--model` takes.
  const name = basename(resolve(folder)).replace(/[^\w.-]/g, '-');
  if (given.out === undefined && name === DEFAULT_MODEL) {
    throw new UsageError([
      `"${name}" is the model that comes with the project: --out FOLDER names another place`,
    ]);
  }
  return { folder, out: given.out ?? join(MODELS_FOLDER, name) };
}

/** The photographs that come with the project. */
async function samples(): Promise<readonly Uint8Array[]> {
  const names = (await readdir(SAMPLE_FOLDER)).filter((name) => /\.(jpg|png)$/.test(name)).sort();
  return Promise.all(names.map((name) => readFile(join(SAMPLE_FOLDER, name))));
}

function summary({ manifest, digest }: Model, out: string): string {
  const sizes = Object.values(manifest.files).map(
    ({ path, bytes }) => `${path} ${(bytes / 1e6).toFixed(1)} MB`,
  );
  const place = relative('', out) || '.';
  return [
    `${manifest.name}: ${sizes.join(', ')}; digest ${digest}, licence ${manifest.licence}`,
    `in ${place}; next: cliptag tag PATH --model ${place}`,
  ].join('\n');
}

function jsonLine({ manifest, digest, folder }: Model): string {
  const { name, precision, licence, files } = manifest;
  return JSON.stringify({ name, folder, digest, precision, licence, files });
}

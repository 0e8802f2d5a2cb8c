import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SAMPLE_FOLDER, sampleNames } from '../../../functions/local/samples.ts';
import { type PictureName, writePictures } from './pictures.ts';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
export const CLI = join(HERE, '../../../functions/cliptag.mjs');
/** CLIP's real tokenizer, which may not lie in the repository. */
const TOKENIZER = join(HERE, '../../../../shared/reference/tiny-clip/hf/tokenizer.json');

/** Everything that the bench works on, in one folder. */
export interface Prepared {
  readonly huggingFace: string;
  readonly openClip: string;
  readonly int8: string;
  readonly fp32: string;
  /** Missing where there is no Python to export it. */
  readonly onnx?: string;
  readonly onnxQuantised?: string;
  /** Missing where Python lacks openvino or nncf. */
  readonly openVino?: string;
  readonly pictures: Readonly<Record<PictureName, string>>;
}

/** Writes what is missing: checkpoints of one and the same weights, models and pictures. */
export async function prepare(
  work: string,
  python: string | undefined,
  tokenizer = TOKENIZER,
): Promise<Prepared> {
  const place = (name: string) => join(work, name);
  for (const layout of ['huggingface', 'open_clip']) {
    await unlessThere(join(place(layout), 'tokenizer.json'), async () => {
      const script = join(HERE, 'write-checkpoint.ts');
      const args = [
        '--shape',
        'vit-b-32',
        '--layout',
        layout,
        '--out',
        place(layout),
        '--tokenizer',
        tokenizer,
      ];
      await run(process.execPath, ['--import', 'tsx', script, ...args]);
    });
  }
  for (const precision of ['int8', 'fp32']) {
    await unlessThere(join(place(`cliptag-${precision}`), 'manifest.json'), async () => {
      const out = place(`cliptag-${precision}`);
      await cliptag(['models', 'compile', place('huggingface'), '--precision', precision, '--out', out]);
    });
  }
  const onnx = join(place('huggingface'), 'onnx/vision_model.onnx');
  const onnxQuantised = join(place('huggingface'), 'onnx/vision_model_quantized.onnx');
  if (python) {
    await unlessThere(onnxQuantised, async () => {
      await run(python, [join(HERE, 'export_onnx.py'), place('huggingface')]);
    });
  }
  const openVino = join(place('huggingface'), 'openvino/vision_model_int8.xml');
  const withOpenVino = python !== undefined && (await hasOpenVino(python));
  if (withOpenVino) {
    await unlessThere(openVino, async () => {
      const photographs = (await sampleNames()).map((name) => join(SAMPLE_FOLDER, name));
      await run(python, [join(HERE, 'export_openvino.py'), onnx, openVino, ...photographs]);
    });
  }
  // Label sets are compiled at their first use; what is measured is every later one.
  await cliptag(['tag', join(SAMPLE_FOLDER, 'chelsea.png'), '--model', place('cliptag-int8')]);
  return {
    ...{ huggingFace: place('huggingface'), openClip: place('open_clip') },
    ...{ int8: place('cliptag-int8'), fp32: place('cliptag-fp32') },
    ...((await isThere(onnxQuantised)) && { onnx, onnxQuantised }),
    ...(withOpenVino && { openVino }),
    pictures: await writePictures(place('pictures')),
  };
}

async function hasOpenVino(python: string): Promise<boolean> {
  return run(python, ['-c', 'import openvino, nncf']).then(
    () => true,
    (error: Error) => {
      console.log(`OpenVINO is left out: ${error.message.trim().split('\n').at(-1)}`);
      return false;
    },
  );
}

function cliptag(args: readonly string[]) {
  return run(process.execPath, [CLI, ...args], { maxBuffer: 1e8 });
}

async function unlessThere(path: string, write: () => Promise<void>): Promise<void> {
  if (await isThere(path)) return;
  console.log(`preparing ${path}`);
  await write();
}

export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

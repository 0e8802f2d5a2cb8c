import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CliptagError, InvalidInput } from '../../../core/errors.ts';
import { openSafetensors, type TensorFile } from '../safetensors/safetensors.ts';
import type { Checkpoint, Layout, TensorName } from './checkpoint.ts';
import { checkTensors, tensorShapes } from './checkpoint-tensors.ts';
import { readHuggingFace } from './huggingface-layout.ts';
import type { LayoutReading } from './layout-names.ts';
import { readOpenClip } from './open-clip-layout.ts';
import { configFile, PREPROCESSING_FILES, preprocessingFile } from './preprocessing-file.ts';
import { openShards } from './safetensors-shards.ts';
import { unwrapped } from './unwrapped-tensors.ts';

const OPEN_CLIP_CONFIG = 'open_clip_config.json';
const HUGGING_FACE_CONFIG = 'config.json';

interface Found {
  readonly layout: Layout;
  /** The name of the safetensors file, or of the index of several. */
  readonly weights: string;
}

/**
 * Opens a checkpoint folder as the hub has it: open_clip's (`open_clip_config.json`) or Hugging Face's (`config.json`,
 * `preprocessor_config.json` or `processor_config.json`), with the weights in safetensors, whole or in shards. A folder with both layouts, as
 * LAION publishes them, is read as open_clip's: the weights were trained so, and the others were converted from them.
 *
 * @param options.layout the layout to read, where a folder may hold both
 * @throws {CliptagError} `no-checkpoint` when the folder holds none
 * @throws {InvalidInput} when a file is malformed, the model is of another kind, or tensors are missing, superfluous or
 *   of another shape, with all these faults
 */
export async function openCheckpoint(folder: string, options: { layout?: Layout } = {}): Promise<Checkpoint> {
  const { layout, weights } = await findCheckpoint(folder, options.layout);
  const path = join(folder, weights);
  const files = unwrapped(
    weights.endsWith('.index.json') ? await openShards(path) : await openSafetensors(path),
  );
  try {
    const reading = await readLayout(folder, layout, files);
    checkTensors(reading, files.tensors, path);
    const names = new Set<string>(tensorShapes(reading.shape).keys());
    return {
      ...reading.shape,
      folder,
      layout,
      ...(await logits(reading, files, path)),
      read: async (name) => {
        if (!names.has(name))
          throw new InvalidInput(`${path} cannot be read`, [
            `${name}: Expected a tensor but this model has none`,
          ]);
        return readTensor(reading, files, name);
      },
      // No layout keeps this tensor within another, or transposed.
      readTokenRows: (first, count) => files.read(reading.sourceOf('text.tokens').tensor, { first, count }),
      close: files.close,
    };
  } catch (error) {
    await files.close();
    throw error;
  }
}

async function findCheckpoint(folder: string, layout: Layout | undefined): Promise<Found> {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new CliptagError('no-checkpoint', `Expected a checkpoint folder but ${folder} cannot be listed`, {
      cause,
    });
  });
  const weightsOf = (stem: string) =>
    [`${stem}.safetensors`, `${stem}.safetensors.index.json`].find((name) => files.includes(name));
  const ofOpenClip = weightsOf('open_clip_model');
  const shared = weightsOf('model');
  const hasConfig = {
    open_clip: files.includes(OPEN_CLIP_CONFIG),
    huggingface: files.includes(HUGGING_FACE_CONFIG),
  };
  const candidates: Found[] = [];
  if (hasConfig.open_clip && ofOpenClip !== undefined)
    candidates.push({ layout: 'open_clip', weights: ofOpenClip });
  if (hasConfig.huggingface && shared !== undefined)
    candidates.push({ layout: 'huggingface', weights: shared });
  // Beside a config.json, model.safetensors has Hugging Face's names.
  if (hasConfig.open_clip && !hasConfig.huggingface && ofOpenClip === undefined && shared !== undefined)
    candidates.push({ layout: 'open_clip', weights: shared });
  const found = candidates.find((candidate) => layout === undefined || candidate.layout === layout);
  if (found === undefined) throw noCheckpoint(folder, files, layout);
  return found;
}

function noCheckpoint(folder: string, files: readonly string[], layout: Layout | undefined): CliptagError {
  const expected = {
    open_clip: `${OPEN_CLIP_CONFIG} with open_clip_model.safetensors`,
    huggingface: `${HUGGING_FACE_CONFIG} and ${PREPROCESSING_FILES} with model.safetensors`,
  };
  const wanted = layout === undefined ? Object.values(expected).join(', or ') : expected[layout];
  const pickled = files.filter((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
  const note =
    pickled.length > 0
      ? `; ${pickled.join(', ')} may run code when it is read, so it is not: convert it first`
      : '';
  const held = files.length === 0 ? 'nothing' : files.toSorted().join(', ');
  return new CliptagError('no-checkpoint', `Expected ${wanted} in ${folder} but found ${held}${note}`);
}

async function readLayout(folder: string, layout: Layout, files: TensorFile): Promise<LayoutReading> {
  if (layout === 'huggingface')
    return readHuggingFace(await configFile(folder, HUGGING_FACE_CONFIG), await preprocessingFile(folder));
  const { json, path } = await configFile(folder, OPEN_CLIP_CONFIG);
  return readOpenClip(json, path, (tensor) => files.tensors.has(tensor));
}

async function logits(
  { logitScale, logitBias }: LayoutReading,
  files: TensorFile,
  path: string,
): Promise<Pick<Checkpoint, 'logitScale' | 'logitBias'>> {
  const [logarithm = Number.NaN] = await files.read(logitScale);
  const scale = Math.exp(logarithm);
  if (!(scale > 0 && Number.isFinite(scale)))
    throw new InvalidInput(`${path} cannot be used`, [
      `${logitScale}: Expected a logarithm but found ${logarithm}`,
    ]);
  if (logitBias === undefined) return { logitScale: scale };
  const [bias = Number.NaN] = await files.read(logitBias);
  return { logitScale: scale, logitBias: bias };
}

async function readTensor(
  { shape, sourceOf }: LayoutReading,
  files: TensorFile,
  name: TensorName,
): Promise<Float32Array> {
  const { tensor, part, transposed } = sourceOf(name);
  const numbers = await files.read(tensor, part);
  const [rows = 1, columns = 1] = tensorShapes(shape).get(name) ?? [];
  return transposed ? transpose(numbers, rows, columns) : numbers;
}

/** @param numbers [columns, rows] @returns [rows, columns] */
function transpose(numbers: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(numbers.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      turned[row * columns + column] = numbers[column * rows + row] ?? 0;
  }
  return turned;
}

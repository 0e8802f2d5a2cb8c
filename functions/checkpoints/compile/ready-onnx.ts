import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openOnnxSession } from '../../adapters/onnx/session.ts';
import { CliptagError, InvalidInput } from '../../core/errors.ts';
import type { Precision } from './graph/product.ts';
import type { ModelDescription } from './model-description.ts';
import { FILES } from './model-files.ts';
import { readHuggingFace } from './read/huggingface-layout.ts';
import { configFile, preprocessingFile } from './read/preprocessing-file.ts';

/** The layout of transformers.js: `onnx/vision_model.onnx`, and with 8 bits `onnx/vision_model_quantized.onnx`. */
const ONNX_FOLDER = 'onnx';
const SUFFIXES: Readonly<Record<Precision, readonly string[]>> = {
  fp32: ['', '_quantized'],
  int8: ['_quantized', '_int8', '_uint8', ''],
};
/** CLIP's training keeps the logit scale at 100 or below ("Learning Transferable Visual Models", section 2.5). */
const DEFAULT_LOGIT_SCALE = 100;

export interface ReadyOnnxOptions {
  /** The precision of the model's matrices; among ready files the nearest is taken. @default int8 */
  readonly precision?: Precision;
  /** Ready ONNX files do not hold it. @default 100, where CLIP's training ends */
  readonly logitScale?: number;
}

/** Whether a folder holds ready encoders and no weights to compile. */
export async function isReadyOnnx(folder: string): Promise<boolean> {
  const [files, ready] = await Promise.all([namesIn(folder), namesIn(join(folder, ONNX_FOLDER))]);
  return !files.some((name) => name.endsWith('.safetensors')) && ready.some((name) => name.endsWith('.onnx'));
}

/**
 * Copies ready encoders to a model folder.
 *
 * @throws {CliptagError} `no-checkpoint` when one of them is missing
 * @throws {InvalidInput} when their configuration is missing or not supported
 */
export async function describeReadyOnnx(
  folder: string,
  out: string,
  { precision = 'int8', logitScale = DEFAULT_LOGIT_SCALE }: ReadyOnnxOptions,
): Promise<ModelDescription> {
  const image = await chosen(folder, 'vision_model', precision);
  const text = await chosen(folder, 'text_model', precision);
  const { shape } = readHuggingFace(await configFile(folder, 'config.json'), await preprocessingFile(folder));
  if (shape.scoring !== 'softmax') {
    throw new InvalidInput(`${folder} cannot be used`, [
      'Expected CLIP: ready ONNX files do not hold the logit bias of SigLIP',
    ]);
  }
  await copyFile(image, join(out, FILES.imageEncoder));
  await copyFile(text, join(out, FILES.textEncoder));
  const { mean, std, size, resize } = shape.preprocessing;
  return {
    description: `Ready ONNX files, ${image.slice(folder.length + 1)} and ${text.slice(folder.length + 1)}`,
    precision: 'as published',
    inputs: 'transformers.js',
    image: { size, resize, normalisation: { mean: [...mean], std: [...std] } },
    text: { contextLength: shape.text.contextLength, endToken: shape.text.endToken },
    embeddingSize: await embeddingSizeOf(image, shape.embeddingSize),
    logitScale,
    scoring: 'softmax',
  };
}

async function chosen(folder: string, stem: string, precision: Precision): Promise<string> {
  const held = await namesIn(join(folder, ONNX_FOLDER));
  const name = SUFFIXES[precision]
    .map((suffix) => `${stem}${suffix}.onnx`)
    .find((file) => held.includes(file));
  const place = join(folder, ONNX_FOLDER);
  if (name === undefined) {
    throw new CliptagError(
      'no-checkpoint',
      `Expected ${stem}.onnx or ${stem}_quantized.onnx in ${place} but found ${held.join(', ') || 'nothing'}`,
    );
  }
  if (held.includes(`${name}_data`)) {
    throw new InvalidInput(`${join(place, name)} cannot be used`, [
      `Expected an ONNX file with its weights inside but found ${name}_data beside it`,
    ]);
  }
  return join(place, name);
}

/** @throws {CliptagError} `no-checkpoint` for an encoder without an output that is an embedding */
async function embeddingSizeOf(path: string, expected: number): Promise<number> {
  const session = await openOnnxSession(path);
  const { inputNames, outputNames } = session;
  await session.release();
  if (inputNames.join() === 'pixel_values' && outputNames.includes('image_embeds')) return expected;
  throw new CliptagError(
    'no-checkpoint',
    `Expected input pixel_values and output image_embeds of ${path} but found ${inputNames.join()} and ${outputNames.join()}`,
  );
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

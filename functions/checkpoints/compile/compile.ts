import { readdir, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { MANIFEST_FILE, type Model, readModel } from '../../adapters/files/model-folder.ts';
import { loadTokenizer } from '../../adapters/onnx/tokenizer.ts';
import type { TokenTables } from '../../adapters/tokens/token-tables.ts';
import { CliptagError, InvalidInput } from '../../core/errors.ts';
import { imageGraph } from './graph/image-graph.ts';
import { textGraph } from './graph/text-graph.ts';
import { describeCheckpoint, type ModelDescription } from './model-description.ts';
import { FILES, fileEntries } from './model-files.ts';
import { modelSource } from './model-source.ts';
import { replaceModelFolder } from './output-folder.ts';
import { openCheckpoint } from './read/checkpoint-folder.ts';
import { describeReadyOnnx, isReadyOnnx, type ReadyOnnxOptions } from './ready-onnx.ts';
import { imageSmoother, textSmoother } from './smooth/samples-smoother.ts';
import { withTokensOf, writeTokenizer } from './tokenizer-tables.ts';
import { type OnnxGraph, onnxGraph } from './write/onnx-graph.ts';
import { weightsFile } from './write/weights-file.ts';

export interface CompileOptions extends ReadyOnnxOptions {
  /** The model's folder; a model that is there is replaced. */
  readonly out: string;
  /** A tokenizer.json, for a checkpoint's folder that has none. */
  readonly tokenizer?: string;
  /** Files of photographs, which show int8 what values to expect; fp32 needs none. */
  readonly samples: readonly Uint8Array[];
}

/**
 * Makes a model folder of a CLIP checkpoint (open_clip's or Hugging Face's, in safetensors), or of ready ONNX files
 * (transformers.js's). The folder is there whole or not at all.
 *
 * @throws {CliptagError} `no-checkpoint` when the folder holds neither; `no-tokenizer` when it lacks a tokenizer
 * @throws {InvalidInput} for whatever is malformed or not supported, with all its faults
 */
export async function compileModel(folder: string, options: CompileOptions): Promise<Model> {
  const source = await modelSource(folder);
  const tokenizer = await requireTokenizer(folder, options.tokenizer);
  const isReady = await isReadyOnnx(folder);
  await replaceModelFolder(options.out, async (temporary) => {
    const tables = await writeTokenizer(tokenizer, temporary);
    const described = isReady
      ? await describeReadyOnnx(folder, temporary, options)
      : await compileCheckpoint(folder, temporary, options, tables);
    await requireEndToken(temporary, described.text);
    const { description, ...rest } = described;
    const manifest = {
      name: basename(resolve(options.out)),
      description,
      ...source,
      files: await fileEntries(temporary),
      ...rest,
    };
    await writeFile(join(temporary, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    await readModel(temporary);
  });
  return readModel(options.out);
}

async function compileCheckpoint(
  folder: string,
  out: string,
  { precision = 'int8', samples }: CompileOptions,
  tables: TokenTables | undefined,
): Promise<ModelDescription> {
  const opened = await openCheckpoint(folder);
  try {
    const checkpoint = tables === undefined ? opened : withTokensOf(tables, opened);
    const isInt8 = precision === 'int8';
    const image = { precision, ...(isInt8 && { prepare: await imageSmoother(checkpoint, samples) }) };
    await writeGraph(out, 'image', (graph) => imageGraph(graph, checkpoint, image));
    const text = { precision, ...(isInt8 && { prepare: await textSmoother(checkpoint, out) }) };
    await writeGraph(out, 'text', (graph) => textGraph(graph, checkpoint, text));
    return describeCheckpoint(checkpoint, precision);
  } finally {
    await opened.close();
  }
}

async function writeGraph(
  out: string,
  tower: 'image' | 'text',
  build: (graph: OnnxGraph) => Promise<void>,
): Promise<void> {
  const encoder = FILES[`${tower}Encoder`];
  const graph = onnxGraph(basename(encoder, '.onnx'), weightsFile(join(out, FILES[`${tower}Weights`])));
  await build(graph);
  await writeFile(join(out, encoder), graph.bytes());
}

/** @throws {CliptagError} `no-tokenizer` */
async function requireTokenizer(folder: string, given: string | undefined): Promise<string> {
  const path = given ?? join(folder, FILES.tokenizer);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return path;
  if (given === undefined) await requireWeights(folder);
  throw new CliptagError(
    'no-tokenizer',
    `Expected a tokenizer at ${path} but there is none; --tokenizer FILE names one`,
  );
}

/** A folder without any model gets an error about that, not about the tokenizer. */
async function requireWeights(folder: string): Promise<void> {
  const held = await readdir(folder).catch(() => []);
  if (held.some((name) => name.endsWith('.json') || name.endsWith('.safetensors') || name === 'onnx')) return;
  throw new CliptagError(
    'no-checkpoint',
    `Expected a checkpoint (open_clip_config.json with open_clip_model.safetensors, or config.json with model.safetensors) or onnx/vision_model.onnx and onnx/text_model.onnx in ${folder} but found ${held.slice(0, 5).join(', ') || 'nothing'}`,
  );
}

/** @throws {InvalidInput} for the tokenizer of another model */
async function requireEndToken(
  folder: string,
  { contextLength, endToken }: ModelDescription['text'],
): Promise<void> {
  const tokenize = await loadTokenizer(folder, { contextLength });
  const found = tokenize('').at(-1);
  if (found === endToken) return;
  throw new InvalidInput('The tokenizer is not the one of this model', [
    `Expected end token ${endToken} but found ${found}`,
  ]);
}

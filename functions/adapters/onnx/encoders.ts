import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { CliptagError } from '../../core/errors.ts';
import {
  type Embedding,
  type ImageEncoder,
  normalised,
  type PromptEncoder,
} from '../../core/labels/embedding.ts';
import type { Model, ModelManifest } from '../files/model-folder.ts';
import { type EncoderFeeds, onnxFeeds } from './feeds.ts';
import { type OnnxOptions, openOnnxSession } from './session.ts';
import type { Tokenize } from './tokenizer.ts';

export type { OnnxOptions } from './session.ts';

/**
 * Larger runs gain no speed, and one long text makes all texts of its run as long. Of SigLIP 2's texts, which have 64
 * tokens each, 64 in a run take 24.5 ms each and 200 MB, eight of them 20 ms and 20 MB.
 */
const TEXTS_PER_RUN = 64;
const TOKENS_PER_RUN = 512;

/** Holds memory of ONNX Runtime for the model, which no garbage collection frees. */
export interface Closable {
  /** Frees it; nothing may be under way. */
  close(): Promise<void>;
}

/**
 * The image encoder of a model: `size` × `size` pixels → unit embedding.
 * onnxruntime-node computes on the calling thread (microsoft/onnxruntime#19611): while a batch runs, the
 * event loop stands still, and images are decoded only because sharp has threads of its own.
 *
 * @throws {CliptagError} `no-model` when the file is no such encoder; while encoding, `model-fault` when the
 *   model gives something other than finite vectors
 */
export async function onnxImageEncoder(
  model: Model,
  options: OnnxOptions = {},
): Promise<ImageEncoder & Closable> {
  const { image } = onnxFeeds(model.manifest);
  const { run, close } = await loadEncoder(model, model.manifest.files.imageEncoder.path, image, options);
  const { size, resize } = model.manifest.image;
  return {
    modelDigest: model.digest,
    pixelSpec: { size, resize },
    encode: async (images) => (images.length === 0 ? [] : run(images)),
    close,
  };
}

/**
 * The text encoder of a model: texts → unit embeddings. Tagging needs none, so file and tokenizer are loaded with the
 * first text. It takes any number of texts, and runs those of similar length together.
 *
 * @throws {CliptagError} while encoding: `no-model` and `no-tokenizer` when files are not what they should be,
 *   `model-fault` as {@link onnxImageEncoder}
 */
export function onnxTextEncoder(model: Model, options: OnnxOptions = {}): PromptEncoder & Closable {
  const { logitScale, logitBias, files } = model.manifest;
  const { text } = onnxFeeds(model.manifest);
  let loading: Promise<[LoadedEncoder<TokenIds>, Tokenize]> | undefined;

  async function load(): Promise<[LoadedEncoder<TokenIds>, Tokenize]> {
    const encoder = loadEncoder(model, files.textEncoder.path, text, options);
    try {
      const tokenize = loadMatchingTokenizer(model);
      return await Promise.all([encoder, tokenize]);
    } catch (error) {
      await encoder.then(({ close }) => close()).catch(() => {});
      throw error;
    }
  }

  return {
    modelDigest: model.digest,
    logitScale,
    ...(logitBias !== undefined && { logitBias }),
    encode: async (texts) => {
      if (texts.length === 0) return [];
      loading ??= load();
      const loaded = loading;
      const [{ run }, tokenize] = await loaded.catch((error: unknown) => {
        // What is missing now may be there with the next text.
        if (loading === loaded) loading = undefined;
        throw error;
      });
      return encodeTexts(run, texts.map(tokenize), model.manifest.text);
    },
    close: async () => {
      const loaded = loading;
      loading = undefined;
      // Who asked for what could not be loaded knows of it.
      const [encoder] = (await loaded?.catch(() => undefined)) ?? [];
      await encoder?.close();
    },
  };
}

type TokenIds = ReadonlyArray<readonly number[]>;

/** One unit embedding for each of a batch, in order. */
type RunEncoder<Batch> = (batch: Batch) => Promise<readonly Embedding[]>;

interface LoadedEncoder<Batch> extends Closable {
  readonly run: RunEncoder<Batch>;
}

/** Encodes texts shortest first, so that little is computed for padding; the result is in the order of the texts. */
async function encodeTexts(
  run: RunEncoder<TokenIds>,
  texts: TokenIds,
  { padToken, contextLength }: ModelManifest['text'],
): Promise<readonly Embedding[]> {
  const byLength = texts.map((ids, index) => ({ ids, index })).sort((a, b) => a.ids.length - b.ids.length);
  const embeddings: Embedding[] = new Array(texts.length);
  for (const batch of runsOf(byLength, ({ ids }) => (padToken === undefined ? ids.length : contextLength))) {
    const results = await run(batch.map((text) => text.ids));
    results.forEach((embedding, i) => {
      const text = batch[i];
      if (text) embeddings[text.index] = embedding;
    });
  }
  return embeddings;
}

/** Puts texts together that are encoded at once. @param byLength the shortest first, so that the last is a run's longest */
function runsOf<Text>(byLength: readonly Text[], lengthOf: (text: Text) => number): readonly Text[][] {
  const runs: Text[][] = [];
  for (const text of byLength) {
    const run = runs.at(-1);
    const hasRoom = run && run.length < TEXTS_PER_RUN && (run.length + 1) * lengthOf(text) <= TOKENS_PER_RUN;
    if (hasRoom) run.push(text);
    else runs.push([text]);
  }
  return runs;
}

/** @throws {CliptagError} `no-model` when the file's inputs and outputs are not those that the manifest implies */
async function loadEncoder<Batch extends { readonly length: number }>(
  model: Model,
  file: string,
  encoder: EncoderFeeds<Batch>,
  options: OnnxOptions,
): Promise<LoadedEncoder<Batch>> {
  const path = join(model.folder, file);
  const session = await openOnnxSession(path, options);
  const { inputNames, outputNames } = session;
  const output = encoder.outputs.find((name) => outputNames.includes(name));
  const optional = encoder.optionalInputs.filter((name) => inputNames.includes(name));
  if ([...inputNames].sort().join() !== [encoder.input, ...optional].sort().join() || output === undefined) {
    throw new CliptagError(
      'no-model',
      `Expected input "${encoder.input}" and output "${encoder.outputs[0]}" of ${path} but found ${inputNames.join()} and ${outputNames.join()}`,
    );
  }
  return {
    run: async (batch) => {
      const given = Object.entries(encoder.feeds(batch)).filter(([name]) => inputNames.includes(name));
      const results = await session.run(Object.fromEntries(given), [output]);
      return embeddingsOf(model, results[output], batch.length);
    },
    close: () => session.release(),
  };
}

/** A tokenizer with another end token belongs to another model: every text would mean something else. */
async function loadMatchingTokenizer({ folder, manifest }: Model): Promise<Tokenize> {
  const { contextLength, endToken } = manifest.text;
  // Loaded only now: tagging with classifiers that are there needs none.
  const { loadTokenizer } = await import('./tokenizer.ts');
  const tokenize = await loadTokenizer(folder, { contextLength });
  const found = tokenize('').at(-1);
  if (found === endToken) return tokenize;
  throw new CliptagError(
    'no-tokenizer',
    `Expected end token ${endToken} of the tokenizer in ${folder} but found ${found}`,
  );
}

/**
 * The rows of an encoder's output, normalised again, since graphs in float32 and int8 leave their length a little off.
 */
function embeddingsOf(
  { digest, manifest: { name, embeddingSize } }: Model,
  output: InferenceSession.OnnxValueMapType[string] | undefined,
  count: number,
): readonly Embedding[] {
  const values = output?.data;
  if (!(values instanceof Float32Array) || output?.dims.join() !== `${count},${embeddingSize}`) {
    throw new CliptagError(
      'model-fault',
      `Expected float32 [${count}, ${embeddingSize}] from model "${name}" but received ${output?.type} [${output?.dims.join(', ')}]`,
    );
  }
  return Array.from({ length: count }, (_, row) => {
    const vector = values.subarray(row * embeddingSize, (row + 1) * embeddingSize);
    try {
      return { modelDigest: digest, values: normalised(vector) };
    } catch (cause) {
      throw new CliptagError('model-fault', `Model "${name}" gave no embedding: ${String(cause)}`, { cause });
    }
  });
}

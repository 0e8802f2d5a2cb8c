import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Embedding, normalised } from '../core/embedding.ts';
import { CliptagError } from '../core/errors.ts';
import type { Pixels } from '../core/pixels.ts';
import type { ImageEncoder, TextEncoder } from '../core/ports.ts';
import type { Model } from './model-folder.ts';
import { loadTokenizer, type Tokenize } from './tokenizer.ts';

export interface OnnxOptions {
  /** Threads that share one matrix product, at least 1. @default one per core */
  readonly threads?: number;
}

/**
 * https://onnxruntime.ai/docs/performance/tune-performance/threading.html and …/memory.html, and why not the defaults:
 * - one operator after the other, since the graph of an encoder has no branches worth a second pool of threads;
 * - threads that sleep between runs: by default they spin, on the very cores that decode the next images;
 * - no memory pattern per input shape: every batch size would leave one behind (microsoft/onnxruntime#11118).
 *   The arena stays: batches are bounded, and so is what it grows to.
 * - of the messages only errors.
 */
const SESSION_OPTIONS = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  interOpNumThreads: 1,
  enableMemPattern: false,
  enableCpuMemArena: true,
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
} as const satisfies InferenceSession.SessionOptions;

/** Texts per run: more gain no speed, and one long text would make all of them as long. */
const TEXTS_PER_RUN = 64;

/**
 * The image encoder of a model: `pixels` uint8 [N, size, size, 3] → `embedding` float32 [N, embeddingSize].
 * onnxruntime-node computes on the calling thread (microsoft/onnxruntime#19611): while a batch runs, the
 * event loop stands still, and images are decoded only because sharp has threads of its own.
 *
 * @throws {CliptagError} `no-model` when the file is no such encoder; while encoding, `model-fault` when the
 *   model gives something other than finite vectors
 */
export async function onnxImageEncoder(model: Model, options: OnnxOptions = {}): Promise<ImageEncoder> {
  const { size } = model.manifest.image;
  const session = await loadSession(model, model.manifest.files.imageEncoder.path, 'pixels', options);
  return {
    modelDigest: model.digest,
    pixelSpec: model.manifest.image,
    encode: async (images) => {
      if (images.length === 0) return [];
      const pixels = new Tensor('uint8', stacked(images, size), [images.length, size, size, 3]);
      return embeddingsOf(model, await session.run({ pixels }), images.length);
    },
  };
}

/**
 * The text encoder of a model: `ids` int64 [N, length], zeros after the end token → `embedding`, likewise. Tagging needs
 * none, so file and tokenizer are loaded with the first text. Any number of texts, in runs of texts alike in length.
 *
 * @throws {CliptagError} while encoding: `no-model` and `no-tokenizer` when files are not what they should be,
 *   `model-fault` as {@link onnxImageEncoder}
 */
export function onnxTextEncoder(model: Model, options: OnnxOptions = {}): TextEncoder {
  let loading: Promise<[InferenceSession, Tokenize]> | undefined;
  return {
    modelDigest: model.digest,
    logitScale: model.manifest.logitScale,
    encode: async (texts) => {
      if (texts.length === 0) return [];
      loading ??= Promise.all([
        loadSession(model, model.manifest.files.textEncoder.path, 'ids', options),
        loadMatchingTokenizer(model),
      ]);
      const [session, tokenize] = await loading;
      return encodeTexts(model, session, texts.map(tokenize));
    },
  };
}

/** Shortest first, so that little is computed for padding; the result is in the order of the texts. */
async function encodeTexts(
  model: Model,
  session: InferenceSession,
  texts: ReadonlyArray<readonly number[]>,
): Promise<readonly Embedding[]> {
  const byLength = texts.map((ids, index) => ({ ids, index })).sort((a, b) => a.ids.length - b.ids.length);
  const embeddings: Embedding[] = new Array(texts.length);
  for (let first = 0; first < byLength.length; first += TEXTS_PER_RUN) {
    const run = byLength.slice(first, first + TEXTS_PER_RUN);
    const ids = paddedIds(run.map((text) => text.ids));
    const results = embeddingsOf(model, await session.run({ ids }), run.length);
    results.forEach((embedding, i) => {
      const text = run[i];
      if (text) embeddings[text.index] = embedding;
    });
  }
  return embeddings;
}

function paddedIds(texts: ReadonlyArray<readonly number[]>): Tensor {
  const length = Math.max(...texts.map((ids) => ids.length));
  const padded = new BigInt64Array(texts.length * length);
  texts.forEach((ids, row) => {
    padded.set(ids.map(BigInt), row * length);
  });
  return new Tensor('int64', padded, [texts.length, length]);
}

/** Shape [images, size, size, 3], row-major. */
function stacked(images: readonly Pixels[], size: number): Uint8Array {
  const bytesPerImage = size * size * 3;
  const stack = new Uint8Array(images.length * bytesPerImage);
  images.forEach(({ data }, i) => {
    if (data.length !== bytesPerImage) {
      throw new CliptagError(
        'wrong-pixels',
        `Expected ${size} × ${size} × 3 pixel values but received ${data.length}`,
      );
    }
    stack.set(data, i * bytesPerImage);
  });
  return stack;
}

/**
 * ONNX Runtime from 1.29 on sends usage data to its makers unless told otherwise (microsoft/onnxruntime#27379). To that
 * end it also searches the command line with a regular expression, whose recursion overflows the stack when that is
 * longer than some 30,000 characters: a thousand texts, or the images of a large folder.
 */
function switchTelemetryOff(): void {
  // biome-ignore lint/style/noProcessEnv: it is written, not read, and there is no other switch before the first session
  process.env.ORT_DISABLE_TELEMETRY = '1';
}

async function loadSession(
  model: Model,
  file: string,
  input: string,
  { threads = availableParallelism() }: OnnxOptions,
): Promise<InferenceSession> {
  switchTelemetryOff();
  const path = join(model.folder, file);
  const session = await InferenceSession.create(path, {
    ...SESSION_OPTIONS,
    intraOpNumThreads: threads,
  }).catch((cause: unknown) => {
    throw new CliptagError('no-model', `Expected an ONNX model in ${path}: ${String(cause)}`, { cause });
  });
  const { inputNames, outputNames } = session;
  if (inputNames.join() !== input || !outputNames.includes('embedding')) {
    throw new CliptagError(
      'no-model',
      `Expected input "${input}" and output "embedding" of ${path} but found ${inputNames.join()} and ${outputNames.join()}`,
    );
  }
  return session;
}

/** A tokenizer with another end token belongs to another model: every text would mean something else. */
async function loadMatchingTokenizer({ folder, manifest }: Model): Promise<Tokenize> {
  const { contextLength, endToken } = manifest.text;
  const tokenize = await loadTokenizer(folder, { contextLength });
  const found = tokenize('').at(-1);
  if (found === endToken) return tokenize;
  throw new CliptagError(
    'no-tokenizer',
    `Expected end token ${endToken} of the tokenizer in ${folder} but found ${found}`,
  );
}

/** The rows of the output `embedding`, normalised once more: float32 and int8 graphs leave their length a little off. */
function embeddingsOf(
  { digest, manifest: { name, embeddingSize } }: Model,
  outputs: InferenceSession.OnnxValueMapType,
  count: number,
): readonly Embedding[] {
  const output = outputs.embedding;
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

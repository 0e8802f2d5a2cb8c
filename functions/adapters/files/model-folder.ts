import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { z } from 'zod';
import { digestOf } from '../../core/digest.ts';
import { CliptagError, InvalidInput } from '../../core/errors.ts';
import { readUtf8 } from './utf8-text.ts';

export const MANIFEST_FILE = 'manifest.json';

const positiveInteger = z.int().min(1);

const file = z.strictObject({
  /** Relative to the model folder. */
  path: z
    .string()
    .min(1)
    .refine((path) => !isAbsolute(path) && !normalize(path).startsWith('..'), {
      error: 'Expected a path inside the model folder',
    }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'Expected 64 lower-case hexadecimal digits'),
  bytes: positiveInteger,
});

const rgb = z.tuple([z.number(), z.number(), z.number()]);

/**
 * Strict where a key decides what an embedding is: a key that this version does not know could mean something that it
 * does not do. Further keys at the top level, e.g. how a model was trained, do no harm.
 */
const fields = z.object({
  name: z.string().min(1),
  description: z.string(),
  /** Where the weights come from: a URL, a hub's repository or a folder of this one. */
  source: z.string().min(1),
  revision: z.string().min(1),
  licence: z.string().min(1),
  /** Precision of a compiled model's weights, `int8` or `fp32`. Nothing depends on it. */
  precision: z.string().optional(),
  /**
   * Inputs and outputs of the encoders.
   *
   * - `cliptag`: `pixels` uint8 [N, size, size, 3] → `embedding` float32 [N, embeddingSize], and `ids` int64
   *   [N, length ≤ contextLength] → `embedding`, likewise
   * - `transformers.js`: `pixel_values` float32 [N, 3, size, size], normalised → `image_embeds`, and `input_ids` int64
   *   (with `attention_mask` where the encoder has it) → `text_embeds`
   *
   * @default cliptag
   */
  inputs: z.enum(['cliptag', 'transformers.js']).optional(),
  files: z.strictObject({
    imageEncoder: file,
    /** Large tensors that the encoder's ONNX file names as external data. */
    imageWeights: file.exactOptional(),
    textEncoder: file,
    textWeights: file.exactOptional(),
    /** Its names are fixed, so that a folder with nothing but a tokenizer can be recognised, too. */
    tokenizer: file.extend({ path: z.enum(['tokenizer.json', 'tokenizer.bin']) }),
  }),
  image: z.strictObject({
    /** Width and height of the encoder's input in pixels. */
    size: z.int().min(1).max(4096),
    /** `bicubic`: short side to size, then the centre; `squash`: both sides to size. */
    resize: z.enum(['bicubic', 'squash']),
    /**
     * Mean and standard deviation of red, green and blue in [0, 1]. With `transformers.js` only: Cliptag's own encoders
     * have them in their weights.
     */
    normalisation: z
      .strictObject({
        mean: rgb,
        std: rgb.refine((values) => values.every((value) => value > 0), {
          error: 'Expected numbers above 0',
        }),
      })
      .optional(),
  }),
  text: z.strictObject({
    /** Tokens per text, start and end token included. */
    contextLength: z.int().min(2).max(65_536),
    /** The id that closes every text. */
    endToken: z.int().min(0),
    /** Fills every text up to contextLength. @default zeros up to the longest text of a run */
    padToken: z.int().min(0).optional(),
  }),
  embeddingSize: z.int().min(1).max(65_536),
  /** The learned multiplier of cosines, already exponentiated. CLIP clips it at 100. */
  logitScale: z.number().positive(),
  /** How the model was trained to compare: labels with one another, or each by itself (SigLIP). */
  scoring: z.enum(['softmax', 'sigmoid']),
  /** Added to every logit; with `sigmoid`, and only then. */
  logitBias: z.number().optional(),
  /**
   * Embeddings of pictures of many kinds, which labels are calibrated with, int8 [pictures, embeddingSize]; `cliptag models
   * background` makes them. No embedding of a picture depends on them, so that they change no digest.
   */
  background: file
    .extend({
      pictures: positiveInteger,
      /** Log odds for each deviation above a label's null distribution. @default the logit scale tells */
      temperature: z.number().positive().optional(),
    })
    .optional(),
});

const manifestSchema = fields
  .refine(({ scoring, logitBias }) => (scoring === 'sigmoid') === (logitBias !== undefined), {
    path: ['logitBias'],
    error: 'Expected a number with scoring "sigmoid", and none with "softmax"',
  })
  .refine(({ inputs, image }) => (inputs === 'transformers.js') === (image.normalisation !== undefined), {
    path: ['image', 'normalisation'],
    error: 'Expected mean and std with inputs "transformers.js", and only there',
  });

type ModelFile = z.infer<typeof file>;
export type ModelManifest = z.infer<typeof manifestSchema>;

/** A model folder whose manifest has been checked. */
export interface Model {
  readonly folder: string;
  readonly manifest: ModelManifest;
  /** The same for two models if, and only if, their embeddings may be compared. */
  readonly digest: string;
}

/**
 * Reads a model folder's manifest and makes sure that the files it names are there. Their content is left to
 * {@link verifyModelFiles}: reading a hundred megabytes is not worth it at every start.
 *
 * @param needed files that must be there; the function's image has no text encoder @default all
 * @throws {CliptagError} `no-model` when there is no such folder, manifest or file
 * @throws {InvalidInput} when the manifest is not one, with all its faults
 */
export async function readModel(
  folder: string,
  needed?: ReadonlyArray<keyof ModelManifest['files']>,
): Promise<Model> {
  const manifest = parseManifest(await readManifest(folder), join(folder, MANIFEST_FILE));
  const model = { folder, manifest, digest: modelDigest(manifest) };
  const missing: string[] = [];
  const files = needed?.flatMap((role) => manifest.files[role] ?? []) ?? Object.values(manifest.files);
  for (const { path } of files) {
    if (!(await isFile(join(folder, path)))) missing.push(join(folder, path));
  }
  if (missing.length > 0)
    throw noModel(`Expected the files of model "${manifest.name}" but ${missing.join(' and ')} is missing`);
  return model;
}

/**
 * Compares every file of a model with the size and SHA-256 that its manifest gives.
 *
 * @throws {InvalidInput} naming each file that differs, what was expected and what was found
 */
export async function verifyModelFiles({ folder, manifest }: Model): Promise<void> {
  const faults: string[] = [];
  for (const { path, bytes, sha256 } of manifestFiles(manifest)) {
    const size = (await stat(join(folder, path)).catch(() => undefined))?.size;
    // A file of another size needs no hashing: it is not the one.
    const found = size === bytes ? await sha256Of(join(folder, path)) : undefined;
    if (size === undefined) faults.push(`${path}: Expected ${bytes} bytes but there is no such file`);
    else if (size !== bytes) faults.push(`${path}: Expected ${bytes} bytes but found ${size}`);
    else if (found !== sha256) faults.push(`${path}: Expected SHA-256 ${sha256} but found ${found}`);
  }
  if (faults.length > 0) throw new InvalidInput(`${folder} does not hold what its manifest says`, faults);
}

/** Every file that a manifest names. */
export function manifestFiles({ files, background }: ModelManifest): ReadonlyArray<ModelFile> {
  return [...Object.values(files), ...(background ? [background] : [])];
}

async function readManifest(folder: string): Promise<string> {
  try {
    return await readUtf8(join(folder, MANIFEST_FILE));
  } catch (cause) {
    if (cause instanceof InvalidInput) throw cause;
    const isFolder = (await stat(folder).catch(() => undefined))?.isDirectory() ?? false;
    throw noModel(
      isFolder
        ? `Expected a model folder with ${MANIFEST_FILE} in ${folder}; a checkpoint must be compiled first`
        : `Expected a model folder but there is none at ${folder}`,
      cause,
    );
  }
}

function parseManifest(text: string, path: string): ModelManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidInput(`${path} is not a model manifest`, [`Expected JSON: ${String(error)}`]);
  }
  const result = manifestSchema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    (issue) => `${z.core.toDotPath(issue.path) || '(top level)'}: ${issue.message}`,
  );
  throw new InvalidInput(`${path} is not a model manifest`, faults);
}

/** Digest of what decides embeddings and their logits: a new description leaves every stored embedding valid. */
function modelDigest(manifest: ModelManifest): string {
  const { files, image, text, embeddingSize, logitScale, logitBias, inputs } = manifest;
  const checksums = Object.entries(files).map(([role, { sha256 }]) => [role, sha256]);
  // A field that a manifest leaves out is left out here, too, so that new optional fields change no digest of older
  // manifests.
  return digestOf({
    ...{ files: Object.fromEntries(checksums), image, text, embeddingSize, logitScale, logitBias },
    ...(inputs === 'transformers.js' && { inputs }),
  });
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

function noModel(message: string, cause?: unknown): CliptagError {
  return new CliptagError('no-model', message, { cause });
}

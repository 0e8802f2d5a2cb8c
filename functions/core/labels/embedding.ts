import { CliptagError, ModelMismatch } from '../errors.ts';
import type { PixelSpec, Pixels } from '../pixels/pixels.ts';

/** What an image or a text means to a model: a direction among the embeddings of that very model. */
export interface Embedding {
  readonly modelDigest: string;
  /** L2-normalised, shape [embedding size]. */
  readonly values: Float32Array;
}

/** The image encoder of a model. */
export interface ImageEncoder {
  readonly modelDigest: string;
  readonly pixelSpec: PixelSpec;
  /** One unit embedding per image, in order. */
  encode(images: readonly Pixels[]): Promise<readonly Embedding[]>;
}

/** The text encoder of a model, with what its logits need. */
export interface PromptEncoder {
  readonly modelDigest: string;
  /** The model's learned multiplier of cosines, already exponentiated. */
  readonly logitScale: number;
  /** Added to every logit by a model that was trained to judge each label by itself (sigmoid). @default none is added */
  readonly logitBias?: number;
  /** One unit embedding per text, in order. */
  encode(texts: readonly string[]): Promise<readonly Embedding[]>;
}

/**
 * Scales a vector to unit length.
 *
 * @throws {CliptagError} `not-an-embedding` when its length is zero or not finite
 */
export function normalised(values: ArrayLike<number>): Float32Array {
  const length = Math.sqrt(dot(values, values));
  if (!(length > 0 && Number.isFinite(length))) {
    throw new CliptagError(
      'not-an-embedding',
      `Expected a vector of finite, positive length but received length ${length}`,
    );
  }
  const unit = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) unit[i] = (values[i] ?? 0) / length;
  return unit;
}

/** Dot product in double precision; `offset` is the place in `b` where the second vector begins. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>, offset = 0): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[offset + i] ?? 0);
  return sum;
}

/**
 * Cosine of two embeddings.
 *
 * @throws {ModelMismatch} when they come from different models
 */
export function cosine(a: Embedding, b: Embedding): number {
  requireSameModel(a.modelDigest, b.modelDigest);
  return dot(a.values, b.values);
}

/** @throws {ModelMismatch} when the digests differ */
export function requireSameModel(expected: string, received: string): void {
  if (expected !== received) throw new ModelMismatch(expected, received);
}

/**
 * The embedding as it is stored: float16, little-endian, half the size of float32 and far finer than the scores need.
 * The conversion is written out here because Node has had `Float16Array` since version 24 only.
 */
export function embeddingToBytes({ values }: Embedding): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint16(i * 2, toFloat16Bits(value), true);
  return bytes;
}

/**
 * The inverse of {@link embeddingToBytes}; normalised again, since rounding has changed its length a little.
 *
 * @throws {CliptagError} `not-an-embedding` when the bytes are no float16 vector, or its length is zero or not finite
 */
export function embeddingFromBytes(bytes: Uint8Array, modelDigest: string): Embedding {
  if (bytes.length === 0 || bytes.length % 2 !== 0) {
    throw new CliptagError(
      'not-an-embedding',
      `Expected an even number of float16 bytes but received ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.length / 2);
  for (let i = 0; i < values.length; i++) values[i] = fromFloat16Bits(view.getUint16(i * 2, true));
  return { modelDigest, values: normalised(values) };
}

/** 2^-24, the smallest float16 above zero: below 2^-14 float16 counts in these steps (IEEE 754-2019, binary16). */
const SMALLEST_FLOAT16 = 2 ** -24;
const SMALLEST_NORMAL_FLOAT16 = 2 ** -14;

/** Rounds to the nearest float16, ties to even. Values of embeddings lie in [-1, 1]: infinities don't occur. */
function toFloat16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude < SMALLEST_NORMAL_FLOAT16) return sign | roundHalfToEven(magnitude / SMALLEST_FLOAT16);
  const exponent = Math.floor(Math.log2(magnitude));
  const mantissa = roundHalfToEven((magnitude / 2 ** exponent - 1) * 1024);
  // A mantissa rounded up to 1024 carries into the exponent, as the addition does.
  return sign | (((exponent + 15) << 10) + mantissa);
}

/** 2 to the power of exponent - 15, by exponent: retagging a million images decodes half a billion numbers. */
const POWERS = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (exponent - 15));

function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * SMALLEST_FLOAT16;
  return sign * (POWERS[exponent] ?? 0) * (1 + mantissa / 1024);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

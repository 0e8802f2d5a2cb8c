import { Tensor } from 'onnxruntime-node';
import { CliptagError } from '../../core/errors.ts';
import { type Pixels, RGB_CHANNELS } from '../../core/pixels/pixels.ts';
import type { ModelManifest } from '../files/model-folder.ts';

/** Names and shapes of the inputs and outputs of a model's encoders. */
export interface OnnxFeeds {
  readonly image: EncoderFeeds<readonly Pixels[]>;
  readonly text: EncoderFeeds<ReadonlyArray<readonly number[]>>;
}

/** Inputs and output of one encoder. */
export interface EncoderFeeds<Batch> {
  /** The input that the ONNX file must have. */
  readonly input: string;
  /** Inputs that it may have. */
  readonly optionalInputs: readonly string[];
  /** Names that the output with the embeddings, float32 [N, embeddingSize], may have; the first one found is taken. */
  readonly outputs: readonly string[];
  feeds(batch: Batch): Readonly<Record<string, Tensor>>;
}

/** The feeds of the kind of encoders that the manifest's `inputs` names. */
export function onnxFeeds({ inputs, image, text }: ModelManifest): OnnxFeeds {
  const ids = (texts: ReadonlyArray<readonly number[]>) => paddedIds(texts, text);
  if (inputs !== 'transformers.js') {
    return {
      image: {
        ...{ input: 'pixels', optionalInputs: [], outputs: ['embedding'] },
        feeds: (images) => ({
          pixels: new Tensor('uint8', stacked(images, image.size), [
            images.length,
            image.size,
            image.size,
            RGB_CHANNELS,
          ]),
        }),
      },
      text: {
        ...{ input: 'ids', optionalInputs: [], outputs: ['embedding'] },
        feeds: (texts) => ({ ids: ids(texts) }),
      },
    };
  }
  return {
    image: {
      ...{ input: 'pixel_values', optionalInputs: [], outputs: ['image_embeds', 'pooler_output'] },
      feeds: (images) => ({ pixel_values: normalisedPlanes(images, image) }),
    },
    text: {
      ...{
        input: 'input_ids',
        optionalInputs: ['attention_mask'],
        outputs: ['text_embeds', 'pooler_output'],
      },
      feeds: (texts) => {
        const input_ids = ids(texts);
        return { input_ids, attention_mask: lengthMask(texts, input_ids.dims) };
      },
    },
  };
}

/**
 * Int64 [texts, length]: padded with zeros up to the longest text, or with the model's pad token up to its context
 * length.
 */
function paddedIds(
  texts: ReadonlyArray<readonly number[]>,
  { contextLength, padToken }: ModelManifest['text'],
): Tensor {
  const maximumLength = Math.max(...texts.map((ids) => ids.length));
  const length = padToken === undefined ? maximumLength : contextLength;
  const padded = new BigInt64Array(texts.length * length).fill(BigInt(padToken ?? 0));
  texts.forEach((ids, row) => {
    padded.set(ids.map(BigInt), row * length);
  });
  return new Tensor('int64', padded, [texts.length, length]);
}

/** Int64 [texts, length]: 1 where a text has tokens, 0 where it is padded. */
function lengthMask(texts: ReadonlyArray<readonly number[]>, dims: readonly number[]): Tensor {
  const [, length = 0] = dims;
  const mask = new BigInt64Array(texts.length * length);
  texts.forEach((ids, row) => {
    mask.fill(1n, row * length, row * length + ids.length);
  });
  return new Tensor('int64', mask, dims);
}

/**
 * The pixels of all images, shape [images, size, size, 3], row-major.
 *
 * @throws {CliptagError} `wrong-pixels`
 */
function stacked(images: readonly Pixels[], size: number): Uint8Array {
  const bytesPerImage = size * size * RGB_CHANNELS;
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

/** Float32 [images, 3, size, size]: (value / 255 − mean) / std. */
function normalisedPlanes(
  images: readonly Pixels[],
  { size, normalisation }: ModelManifest['image'],
): Tensor {
  const pixels = stacked(images, size);
  const area = size * size;
  const planes = new Float32Array(pixels.length);
  for (let channel = 0; channel < RGB_CHANNELS; channel++) {
    const mean = normalisation?.mean[channel] ?? 0;
    const std = normalisation?.std[channel] ?? 1;
    const values = Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / std);
    for (let image = 0; image < images.length; image++) {
      const to = (image * RGB_CHANNELS + channel) * area;
      const from = image * area * RGB_CHANNELS + channel;
      for (let i = 0; i < area; i++) planes[to + i] = values[pixels[from + i * RGB_CHANNELS] ?? 0] ?? 0;
    }
  }
  return new Tensor('float32', planes, [images.length, RGB_CHANNELS, size, size]);
}

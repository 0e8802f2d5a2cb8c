import type { Embedding } from './embedding.ts';
import type { PixelSpec, Pixels } from './pixels.ts';
import type { ImageEncoder } from './ports.ts';

/** An image encoder that takes one image at a time and runs several at once. */
export interface BatchedEncoder {
  readonly modelDigest: string;
  readonly pixelSpec: PixelSpec;
  encode(pixels: Pixels): Promise<Embedding>;
}

interface Waiting {
  readonly pixels: Pixels;
  readonly resolve: (embedding: Embedding) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * While one batch is being encoded, the images decoded meanwhile gather into the next. No image ever waits for
 * a batch to fill: an idle encoder starts with whatever is there.
 *
 * @param maximumBatchSize images per run, at least 1: larger runs gain little speed and take more memory
 */
export function inBatches(encoder: ImageEncoder, maximumBatchSize: number): BatchedEncoder {
  const waiting: Waiting[] = [];
  let running = false;

  async function drain(): Promise<void> {
    running = true;
    // Images that are ready in the same turn of the event loop go together.
    await Promise.resolve();
    while (waiting.length > 0) await encodeTogether(encoder, waiting.splice(0, maximumBatchSize));
    running = false;
  }

  return {
    modelDigest: encoder.modelDigest,
    pixelSpec: encoder.pixelSpec,
    encode: (pixels) =>
      new Promise<Embedding>((resolve, reject) => {
        waiting.push({ pixels, resolve, reject });
        if (!running) void drain();
      }),
  };
}

async function encodeTogether(encoder: ImageEncoder, batch: readonly Waiting[]): Promise<void> {
  try {
    const embeddings = await encoder.encode(batch.map(({ pixels }) => pixels));
    batch.forEach(({ resolve, reject }, i) => {
      const embedding = embeddings[i];
      if (embedding) resolve(embedding);
      else reject(new Error(`Expected ${batch.length} embeddings but received ${embeddings.length}`));
    });
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

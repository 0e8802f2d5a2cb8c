import type { Embedding, ImageEncoder } from '../labels/embedding.ts';
import type { PixelSpec, Pixels } from '../pixels/pixels.ts';

/** An image encoder that takes one image at a time and runs several at once. */
export interface BatchedEncoder {
  readonly modelDigest: string;
  readonly pixelSpec: PixelSpec;
  /** Pixels may still be on their way, as a promise: whoever is ready waits a moment for them. */
  encode(pixels: Pixels | Promise<Pixels>): Promise<Embedding>;
}

interface Waiting {
  readonly pixels: Pixels;
  readonly resolve: (embedding: Embedding) => void;
  readonly reject: (error: unknown) => void;
}

/** About what a large picture takes to decode: who is ready must not pay for a neighbour that is slow or stuck. */
const PATIENCE_MILLISECONDS = 50;

/**
 * Gathers the images that are ready into runs. A run starts when it is full, when no other image is on its way, or
 * when none has come for a while; the next gathers while it is encoded.
 *
 * @param maximumBatchSize images per run, at least 1
 */
export function inBatches(encoder: ImageEncoder, maximumBatchSize: number): BatchedEncoder {
  const waiting: Waiting[] = [];
  let onTheWay = 0;
  let running = false;
  let patience: NodeJS.Timeout | undefined;

  function considerRun(): void {
    if (running || waiting.length === 0) return;
    clearTimeout(patience);
    if (waiting.length >= maximumBatchSize || onTheWay === 0) void run();
    else patience = setTimeout(run, PATIENCE_MILLISECONDS);
  }

  async function run(): Promise<void> {
    running = true;
    await encodeTogether(encoder, waiting.splice(0, maximumBatchSize));
    running = false;
    considerRun();
  }

  async function arrival(pixels: Pixels | Promise<Pixels>): Promise<Pixels> {
    onTheWay += 1;
    try {
      return await pixels;
    } finally {
      onTheWay -= 1;
    }
  }

  return {
    modelDigest: encoder.modelDigest,
    pixelSpec: encoder.pixelSpec,
    encode: (pixels) =>
      new Promise<Embedding>((resolve, reject) => {
        arrival(pixels)
          .then((ready) => void waiting.push({ pixels: ready, resolve, reject }), reject)
          // Also after an image that failed: others may have waited for it.
          .then(considerRun);
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

import type { Embedding, ImageEncoder } from '../labels/embedding.ts';
import type { PixelSpec, Pixels } from '../pixels/pixels.ts';

/** An image encoder that takes one image at a time and runs several at once. */
export interface BatchedEncoder {
  readonly modelDigest: string;
  readonly pixelSpec: PixelSpec;
  /** Pixels may still be on their way, as a promise: images that are ready wait a moment for them. */
  encode(pixels: Pixels | Promise<Pixels>): Promise<Embedding>;
}

interface Waiting {
  readonly pixels: Pixels;
  readonly resolve: (embedding: Embedding) => void;
  readonly reject: (error: unknown) => void;
}

/** About what a large picture takes to decode: images that are ready must not pay for one that is slow or stuck. */
const MAXIMUM_WAIT_MILLISECONDS = 50;
/** One alone takes a quarter more of the encoder's time than each of two or more, so it waits longer for another. */
const MAXIMUM_LONE_WAIT_MILLISECONDS = 200;

/**
 * Gathers the images that are ready into runs. A run starts when it is full, when no other image is on its way, or when
 * the ones that are ready have waited for {@link MAXIMUM_WAIT_MILLISECONDS}; the next run gathers while it is encoded.
 * Runs are of one size as far as can be: ten images, of eight at most, are five and five, and no image is left alone.
 * Own code, since libraries that batch (dataloader) know nothing of items that have been announced and not come yet.
 *
 * @param maximumBatchSize images per run, at least 1
 */
export function inBatches(encoder: ImageEncoder, maximumBatchSize: number): BatchedEncoder {
  const waiting: Waiting[] = [];
  let onTheWay = 0;
  let running = false;
  let waitTimer: NodeJS.Timeout | undefined;

  function considerRun(): void {
    if (running || waiting.length === 0) return;
    clearTimeout(waitTimer);
    const isAlone = waiting.length === 1;
    if (waiting.length >= fullRun() || onTheWay === 0) void run();
    else waitTimer = setTimeout(run, isAlone ? MAXIMUM_LONE_WAIT_MILLISECONDS : MAXIMUM_WAIT_MILLISECONDS);
  }

  /** Of as few runs as are needed for all images, each takes so many. */
  function fullRun(): number {
    const images = waiting.length + onTheWay;
    return Math.ceil(images / Math.ceil(images / maximumBatchSize));
  }

  async function run(): Promise<void> {
    running = true;
    await encodeTogether(encoder, waiting.splice(0, fullRun()));
    running = false;
    considerRun();
  }

  return {
    modelDigest: encoder.modelDigest,
    pixelSpec: encoder.pixelSpec,
    encode: (pixels) =>
      new Promise<Embedding>((resolve, reject) => {
        onTheWay += 1;
        // It is on its way until it waits: in between, a run would start without it.
        const arrived = (arrival: () => void) => {
          onTheWay -= 1;
          arrival();
        };
        Promise.resolve(pixels)
          .then(
            (ready) => arrived(() => waiting.push({ pixels: ready, resolve, reject })),
            (error: unknown) => arrived(() => reject(error)),
          )
          // After an image that failed, too: others may have waited for it.
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

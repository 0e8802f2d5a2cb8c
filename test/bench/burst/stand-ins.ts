import type { Classifier } from '../../../functions/core/labels/classifier.ts';
import { labelSetDigest, parseLabelSet } from '../../../functions/core/labels/label-set.ts';
import { inBatches } from '../../../functions/core/tagging/micro-batch.ts';
import type { Tagger } from '../../../functions/core/tagging/tag-image.ts';
import { direction, MODEL, randomNumbers } from '../search/synthetic-images.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** What takes the place of S3, decoder and encoder: it takes their time, and counts. */
export interface StandIns {
  readonly parts: () => Pick<Tagger, 'objects' | 'decoder' | 'encoder' | 'classifiers'>;
  /** How often each image was inferred. */
  readonly inferences: ReadonlyMap<number, number>;
}

/** As of a ViT-B/32 with 3,008 MB (functions/core/cost/measured-usage.ts), and of S3 for pictures of a megabyte. */
const MILLISECONDS = { fetch: 30, decode: 10, encode: 25 };
const ENCODE_BATCH_SIZE = 8;
const LABELS = 100;
const TAGS = 5;
const PIXELS = 16;
const BYTES = 8;

/**
 * Image `i` has key `images/i.jpg`; its five tags are the same whenever it is inferred.
 *
 * @param isSame whether those of all images are
 */
export function standIns(clock: SimulatedClock, isSame = false): StandIns {
  const inferences = new Map<number, number>();
  const classifiers = [classifier()];
  const spec = { size: PIXELS, resize: 'bicubic' } as const;
  const parts = (): ReturnType<StandIns['parts']> => ({
    classifiers,
    objects: {
      async fetch({ key }) {
        await clock.sleep(MILLISECONDS.fetch);
        return { bytes: numbered(imageNumber(key)) };
      },
      current: async () => undefined,
    },
    decoder: {
      async decode(bytes) {
        await clock.sleep(MILLISECONDS.decode);
        const data = new Uint8Array(3 * PIXELS ** 2);
        data.set(bytes);
        return { size: PIXELS, data, width: 6_000, height: 4_000, format: 'jpeg' };
      },
    },
    encoder: inBatches(
      {
        modelDigest: MODEL,
        pixelSpec: spec,
        async encode(images) {
          await clock.sleep(MILLISECONDS.encode * images.length);
          return images.map(({ data }) => {
            const image = new DataView(data.buffer).getUint32(0);
            inferences.set(image, (inferences.get(image) ?? 0) + 1);
            return { modelDigest: MODEL, values: direction(randomNumbers(isSame ? 0 : image)) };
          });
        },
      },
      ENCODE_BATCH_SIZE,
    ),
  });
  return { parts, inferences };
}

/** The message of S3 that tells of image `i`. */
export function uploadMessage(i: number): string {
  const object = {
    ...{ key: `images/${i}.jpg`, size: BYTES, eTag: i.toString(16).padStart(32, '0') },
    sequencer: (i + 1).toString(16).toUpperCase().padStart(16, '0'),
  };
  const record = {
    ...{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'us-east-1' },
    ...{ eventTime: '2026-11-30T12:00:00.000Z', eventName: 'ObjectCreated:Put' },
    s3: { bucket: { name: 'photos' }, object },
  };
  return JSON.stringify({ Records: [record] });
}

export function imageNumber(key: string): number {
  return Number(/(\d+)\.jpg$/.exec(key)?.[1]);
}

function numbered(image: number): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  new DataView(bytes.buffer).setUint32(0, image);
  return bytes;
}

function classifier(): Classifier {
  const labels = Array.from({ length: LABELS }, (_, i) => `label ${i}`);
  const given = { name: 'things', version: 1, mode: 'exclusive', labels, minimumScore: 0, topK: TAGS };
  const labelSet = parseLabelSet(given, 'things');
  const rows = labels.map((_, i) => direction(randomNumbers(-1 - i)));
  const labelRows = Float32Array.from(rows.flatMap((row) => [...row]));
  return {
    ...{ labelSet, labelSetDigest: labelSetDigest(labelSet, MODEL), modelDigest: MODEL },
    ...{ logitScale: 30, labelRows, contrastRows: new Float32Array() },
  };
}

/**
 * The time and space that tagging one image takes, as measured; each figure says how and where. `cliptag cost` uses these
 * figures unless it is told those of a deployed stack.
 */

/** Where the figures for one processor core were measured, with Node 20. */
export const MEASURED_ON = 'one core of a 2-core AMD EPYC (AVX-512 VNNI), November 2026';

/**
 * Milliseconds of one core to encode one image, in runs of several.
 * vit-b-32-openai: int8 with random weights at 224 px, one thread, 8 images a run, median of `npm run bench:models`.
 * embedded: one image at a time, `npm run bench`.
 * vit-b-32-256-datacomp: not measured but scaled from the 224 px one by open_clip's published GFLOPs, 11.5 to 8.8
 * (https://github.com/mlfoundations/open_clip, `docs/openclip_results.csv`).
 * The others are scaled from that one by the times of one run, in batches of eight: 18.2, 20.2, 73 and 72 ms (`docs/models.md`).
 */
const VIT_B_32_256 = (26 * 11.5) / 8.8;
export const ENCODE_MILLISECONDS: Readonly<Record<string, number>> = {
  'vit-b-32-256-datacomp': VIT_B_32_256,
  'siglip2-b-32-256': (VIT_B_32_256 * 20.2) / 18.2,
  'siglip2-b-16-224': (VIT_B_32_256 * 73) / 18.2,
  'vit-b-16-datacomp': (VIT_B_32_256 * 72) / 18.2,
  'vit-b-32-openai': 26,
  embedded: 3.75,
};

/** Milliseconds of one core to decode a JPEG to 224 px, medians of the handler in `npm run bench:models`. */
const DECODE_SMALL = { megapixels: 2, milliseconds: 10.6 };
const DECODE_LARGE = { megapixels: 12, milliseconds: 35.8 };

/** By a straight line through the two measured sizes. */
export function decodeMilliseconds(megapixels: number): number {
  const slope =
    (DECODE_LARGE.milliseconds - DECODE_SMALL.milliseconds) /
    (DECODE_LARGE.megapixels - DECODE_SMALL.megapixels);
  return DECODE_SMALL.milliseconds + slope * (megapixels - DECODE_SMALL.megapixels);
}

/**
 * Milliseconds of one core that the AWS SDK takes for one request: 4.5 for an image with five tags (a read, five label
 * entries and the image record; 500 images, ten at a time, DynamoDB endpoint in another process).
 */
export const REQUEST_MILLISECONDS = 4.5 / 7;

/**
 * Bytes as DynamoDB counts them: `test/unit/core/records/write-units.test.ts` prints those of a record with five tags,
 * 512 dimensions, all details and names of ordinary length, and of its largest label entry; each further tag adds some forty bytes to the record.
 */
export const RECORD_BYTES = {
  ...{ withFiveTags: 2014, eachTag: 40, labelEntry: 308, indexEntry: 203 },
  // Of the note of what is about to be put, without tags and for each of them.
  ...{ note: 237, eachNoted: 48 },
} as const;

/** Bytes beside a vector's own, with long names: its attribute's name; PK, SK, `bucket` and `modelDigest` in the index. */
export const VECTOR_BYTES = { attributeName: 9, keysAndFilters: 300 } as const;

/** Bytes of the log line of an image with five tags and long names, as `functions/tag-images/log-report.ts` writes it. */
export const LOG_LINE_BYTES = 685;

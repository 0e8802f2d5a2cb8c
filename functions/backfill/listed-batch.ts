import { z } from 'zod';
import { checked, isPlainObject } from '../core/document.ts';
import type { ListedObject } from '../core/objects/listed-object.ts';

const eTag = z.string().min(1);

/**
 * An object as Step Functions lists it; the ETag comes with its quotes, the time in seconds since 1970:
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 *
 * Step Functions writes `Etag`; S3 itself and imitations of Step Functions write `ETag`, and the time as text.
 */
const item = z
  .object({
    Key: z.string().min(1),
    Etag: eTag.optional(),
    ETag: eTag.optional(),
    Size: z.int().min(0),
    LastModified: z.union([z.number(), z.iso.datetime({ offset: true })]),
  })
  .refine(({ Etag, ETag }) => Etag ?? ETag, { path: ['Etag'], message: 'Expected an ETag' });

const batch = z.object({
  BatchInput: z.object({
    bucket: z.string().min(1),
    /** Before the backfill began. */
    deadLetters: z.int().min(0),
  }),
  Items: z.array(item).min(1),
});

/** Whether the workflow asks for what there is before its first batch, with `{"isBeginning": true}`. */
export function isBeginning(input: unknown): boolean {
  return isPlainObject(input) && input.isBeginning === true;
}

/**
 * The objects of one batch that a Distributed Map has made of a listing.
 *
 * @throws {MessageFault} with all faults of an input that is no such batch
 */
export function listedBatch(input: unknown): {
  readonly bucket: string;
  /** Dead letters before the backfill began. */
  readonly deadLettersBefore: number;
  readonly objects: readonly ListedObject[];
} {
  const { BatchInput, Items } = checked('a batch of listed objects', batch, input);
  const { bucket, deadLetters } = BatchInput;
  return {
    bucket,
    deadLettersBefore: deadLetters,
    objects: Items.map(({ Key, Etag, ETag = '', Size, LastModified }) => ({
      bucket,
      key: Key,
      eTag: (Etag ?? ETag).replaceAll('"', ''),
      sizeBytes: Size,
      lastModified: timeOf(LastModified).toISOString(),
    })),
  };
}

function timeOf(lastModified: number | string): Date {
  return new Date(typeof lastModified === 'number' ? lastModified * 1_000 : lastModified);
}

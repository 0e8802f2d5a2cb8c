import type { Sharp } from 'sharp';
import { CliptagError, ImageFault } from '../../core/errors.ts';
import type { UploadedPicture } from '../../core/formats/raw/uploaded-picture.ts';
import { endsEarly } from '../../core/formats/truncation.ts';
import { checkWholeness } from '../../core/formats/wholeness.ts';
import { errorTurns } from './error-turns.ts';

/** A picture to decode, and its format as its content shows it. */
export type Upload = UploadedPicture;

/** An upload that is decoded in this process. */
export interface PictureUpload extends Upload {
  readonly format: Exclude<Upload['format'], 'svg'>;
}

/** What sharp says where libvips fails without a word, as it does at a tile of a TIFF. */
const NOTHING_SAID = 'Warning treated as error';

/** One for the whole process, as is libvips's buffer of messages. */
const turns = errorTurns();

/** How many warnings sharp has passed on so far; it passes those of all pictures to any that ends. */
let warnings = 0;

/** Notes the warnings that sharp passes on when a picture of this pipeline ends: all pipelines are to be listened to. */
export function listening(pipeline: Sharp): Sharp {
  return pipeline.on('warning', () => {
    warnings += 1;
  });
}

/**
 * Runs one of sharp's operations on a picture; its fault has its own words, whatever is decoded beside it. When it fails, or
 * something was warned of meanwhile, all of the picture's data are looked at.
 */
export async function decoded<Result>(
  upload: PictureUpload,
  operation: () => Promise<Result>,
): Promise<Result> {
  const before = warnings;
  try {
    const result = await asFault(upload, () => turns.run(operation));
    if (warnings > before) await checkData(upload);
    return result;
  } catch (error) {
    if (error instanceof ImageFault) await checkData(upload);
    throw error;
  }
}

/** A picture takes several operations; its data are looked at once. */
const checked = new WeakSet<PictureUpload>();

async function checkData(upload: PictureUpload): Promise<void> {
  const { bytes, format } = upload;
  if (checked.has(upload)) return;
  checked.add(upload);
  await checkWholeness(bytes, format, (code, reason) => notWhole(upload, code, reason));
}

/**
 * Runs what decodes an upload.
 *
 * @throws {ImageFault} `truncated` or `corrupt`: libvips says what is wrong in words only, so the file's structure
 *   tells a cut picture from a damaged one
 * @throws {CliptagError} `decode-out-of-memory`, and those that the operation itself throws
 */
export async function asFault<Result>(upload: Upload, operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof CliptagError) throw error;
    const [reason = ''] = String(error instanceof Error ? error.message : error).split('\n');
    if (reason.startsWith(NOTHING_SAID)) throw unreadable(upload, 'a part of it cannot be read');
    // The machine's fault, since the limits on pixels keep a single picture far from this.
    if (/out of memory/i.test(reason)) {
      throw new CliptagError('decode-out-of-memory', reason, { cause: error });
    }
    throw unreadable(upload, reason);
  }
}

/** `truncated` or `corrupt`, as the file's structure says. */
export function unreadable(upload: Upload, reason: string): ImageFault {
  return notWhole(upload, endsEarly(upload.bytes, upload.format) ? 'truncated' : 'corrupt', reason);
}

/** The fault of a picture that is not whole. */
export function notWhole(
  { format, container }: Upload,
  code: 'truncated' | 'corrupt',
  reason: string,
): ImageFault {
  const expected = container ? `preview (${format}) in a file` : 'image';
  const message = `Expected a whole ${expected} of format ${container ?? format} but received a ${code} one: ${reason}`;
  return new ImageFault('failed', code, message);
}

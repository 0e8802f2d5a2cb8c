import { excerpt, ImageFault, MessageFault } from '../errors.ts';

/** One state of one S3 object, as an event names it. */
export interface ObjectReference {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly eTag?: string | undefined;
  readonly sizeBytes?: number | undefined;
  /** Orders the states of one object: fixed width, compared as a string. See {@link fixedWidthSequencer}. */
  readonly sequencer: string;
}

/** S3 sends 16 to 18 hexadecimal digits today; the rest is room for longer ones. */
const SEQUENCER_WIDTH = 32;

/** Lower than the sequencer of every event. */
export const FIRST_SEQUENCER = '0'.repeat(SEQUENCER_WIDTH);

/**
 * A sequencer in the width in which it is stored, so that plain string comparison orders the events of one key:
 * "right pad the shorter value with zeros, and then do a lexicographic comparison"
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
 * An event without a sequencer gets all zeros: it never replaces a state that an ordered event wrote.
 *
 * @throws {MessageFault} when it is not hexadecimal or longer than 32 digits
 */
export function fixedWidthSequencer(sequencer: string): string {
  if (!/^[0-9a-f]*$/i.test(sequencer) || sequencer.length > SEQUENCER_WIDTH) {
    throw new MessageFault(
      `Expected a sequencer of at most ${SEQUENCER_WIDTH} hexadecimal digits but received ${excerpt(sequencer)}`,
    );
  }
  return sequencer.toUpperCase().padEnd(SEQUENCER_WIDTH, '0');
}

/**
 * A stored sequencer as it is compared. One that no event can have, which another program must have written, counts as
 * lower than all: a higher one would keep every later event from its record for ever.
 */
export function comparableSequencer(stored: string): string {
  return /^[0-9A-F]*$/.test(stored) ? stored : FIRST_SEQUENCER;
}

/** Which uploads are tagged. Empty lists accept everything. */
export interface UploadFilter {
  readonly prefixes: readonly string[];
  readonly suffixes: readonly string[];
}

export const acceptEveryUpload: UploadFilter = { prefixes: [], suffixes: [] };

/** Whether the filter lets an object pass: one of the prefixes and one of the suffixes (in any letter case) fits. */
export function accepts(filter: UploadFilter, object: Pick<ObjectReference, 'key' | 'sizeBytes'>): boolean {
  const { key } = object;
  const lowerCaseKey = key.toLowerCase();
  const prefixFits = filter.prefixes.length === 0 || filter.prefixes.some((prefix) => key.startsWith(prefix));
  const suffixFits =
    filter.suffixes.length === 0 ||
    filter.suffixes.some((suffix) => lowerCaseKey.endsWith(suffix.toLowerCase()));
  return prefixFits && suffixFits && !isFolderMarker(object);
}

/**
 * Whether it is one of the empty objects named `folder/` that the S3 console makes. Events of removed objects have no
 * size.
 */
function isFolderMarker({ key, sizeBytes }: Pick<ObjectReference, 'key' | 'sizeBytes'>): boolean {
  return key.endsWith('/') && sizeBytes === 0;
}

/** 50 MiB: more than cameras usually write as JPEG. The sixteen objects that are held at once take up to 800 MiB. */
export const DEFAULT_MAXIMUM_BYTES = 50 * 1024 * 1024;

/**
 * Refuses an object by its size before it is downloaded.
 *
 * @throws {ImageFault} `empty` or `too-large`
 */
export function checkSize(sizeBytes: number | undefined, maximumBytes: number): void {
  if (sizeBytes === undefined) return;
  if (sizeBytes === 0)
    throw new ImageFault('failed', 'empty', 'Expected an image but received an empty object');
  if (sizeBytes > maximumBytes) {
    throw new ImageFault(
      'failed',
      'too-large',
      `Expected an image of at most ${maximumBytes} bytes but received one of ${sizeBytes} bytes`,
    );
  }
}

/** S3's limit on keys, in bytes of UTF-8: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
export const MAXIMUM_KEY_BYTES = 1024;

/** Room for the number of the ten-thousandth file of one name. */
const MAXIMUM_NUMBER_BYTES = 8;

/** What is no part of a name: control and format characters (which turn the direction of writing), and non-characters. */
const NO_PART_OF_NAMES = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/gu;
/** It joins emoji. */
const JOINER = '\u200d';

/** Of most file systems; a longer name is cut before folders are left out. */
const MAXIMUM_FILE_BYTES = 255;

const NAMELESS = 'upload';

/**
 * The key that a file gets which somebody uploads under a name: the name with its folders, without what leads elsewhere
 * (`..`, empty parts) or cannot be read, in one spelling of accents, and cut to what S3 takes.
 *
 * @example
 * uploadKey('..\\holiday/./IMG_1.jpg'); // 'holiday/IMG_1.jpg'
 */
export function uploadKey(name: string): string {
  const parts = name
    .replace(/\\/g, '/')
    .split('/')
    .map(readablePart)
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  const file = parts.pop() ?? NAMELESS;
  const kept = Math.min(bytesOf(file), MAXIMUM_FILE_BYTES);
  while (bytesOf([...parts, ''].join('/')) + kept > MAXIMUM_KEY_BYTES) parts.shift();
  return [...parts, cut(file, MAXIMUM_KEY_BYTES - bytesOf([...parts, ''].join('/')))].join('/');
}

/**
 * The key itself and then, endlessly, those for more files of the same name: `a/IMG_1.jpg`, `a/IMG_1-2.jpg`, …
 *
 * @param from number of the first one
 */
export function* keysLike(key: string, from = 1): Generator<string> {
  for (let number = from; ; number++) yield number === 1 ? key : numberedKey(key, number);
}

function numberedKey(key: string, number: number): string {
  const slash = key.lastIndexOf('/') + 1;
  const folder = key.slice(0, slash);
  const { stem, ending } = partsOf(key.slice(slash));
  const room = MAXIMUM_KEY_BYTES - MAXIMUM_NUMBER_BYTES - bytesOf(folder) - bytesOf(ending);
  return `${folder}${cutText(stem, room)}-${number}${ending}`;
}

function readablePart(part: string): string {
  const readable = part.normalize('NFC').replace(NO_PART_OF_NAMES, (char) => (char === JOINER ? char : ''));
  return readable.trim();
}

/** The ending is kept where there is one of a usual length. */
function partsOf(file: string): { stem: string; ending: string } {
  const [, stem = file, ending = ''] = /^(.+?)(\.[^.]{1,16})?$/su.exec(file) ?? [];
  return { stem, ending };
}

function cut(file: string, maximumBytes: number): string {
  if (bytesOf(file) <= maximumBytes) return file;
  const { stem, ending } = partsOf(file);
  return cutText(stem, Math.max(maximumBytes - bytesOf(ending), 1)) + ending;
}

function cutText(text: string, maximumBytes: number): string {
  let bytes = 0;
  let kept = '';
  for (const char of text) {
    bytes += bytesOf(char);
    if (bytes > maximumBytes) break;
    kept += char;
  }
  return kept;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

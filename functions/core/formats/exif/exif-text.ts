import type { ExifDirectory } from './exif-block.ts';

/** Neither letters nor signs: control characters, marks that turn the direction of writing, halves of characters. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\s]+/gu;

/**
 * A text of a directory, up to the first NUL, with all that cannot be seen taken for spaces, and these for one. Anybody may
 * have written it: it is UTF-8, or Latin-1 where it is not, and no longer than asked for.
 */
export function exifText(
  { bytes, directory }: ExifDirectory,
  tag: number,
  maximumBytes: number,
): string | undefined {
  const { start, end } = directory.range(tag) ?? { start: 0, end: 0 };
  const value = bytes.subarray(start, Math.min(end, start + maximumBytes));
  const nul = value.indexOf(0);
  return (
    decodedText(nul < 0 ? value : value.subarray(0, nul))
      .replace(UNSEEN, ' ')
      .trim() || undefined
  );
}

function decodedText(bytes: Uint8Array): string {
  try {
    // As a stream, so that a character that the limit has cut is left out.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return String.fromCharCode(...bytes);
  }
}

import type { TiffDirectory } from './tiff-directory.ts';

/** Where strips and tiles lie and how long they are (TIFF 6.0, sections 3 and 15). */
const TAG = { stripOffsets: 273, stripLengths: 279, tileOffsets: 324, tileLengths: 325 };

/** How many strips or tiles a TIFF's page has. */
export function tiffParts(directory: TiffDirectory): number {
  return directory.count(tags(directory).offsets);
}

/** Where one of them starts and ends in the file. One at a time: a list of them all could be many times the file. */
export function tiffPart(
  directory: TiffDirectory,
  index: number,
): { readonly start: number; readonly end: number } {
  const { offsets, lengths } = tags(directory);
  const start = directory.value(offsets, index) ?? 0;
  return { start, end: start + (directory.value(lengths, index) ?? 0) };
}

function tags(directory: TiffDirectory): { readonly offsets: number; readonly lengths: number } {
  return directory.has(TAG.tileOffsets)
    ? { offsets: TAG.tileOffsets, lengths: TAG.tileLengths }
    : { offsets: TAG.stripOffsets, lengths: TAG.stripLengths };
}

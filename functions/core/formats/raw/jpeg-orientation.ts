import { startsAs } from '../format-signatures.ts';
import { readTiffDirectory } from '../tiff/tiff-directory.ts';
import { orientationOf } from './raw-directories.ts';

/** A JPEG whose first segment is its EXIF, as EXIF 2.32 (4.5.4) demands and cameras write; then comes a TIFF file. */
const EXIF_JPEG = '\xff\xd8\xff\xe1..Exif\0\0';

/**
 * The orientation that the EXIF of a camera's JPEG tells. Behind another first segment EXIF is some program's, and what
 * the RAW file says of its preview counts: LibRaw decides so too (`dcraw_make_mem_thumb`).
 */
export function exifOrientation(jpeg: Uint8Array): number | undefined {
  if (!startsAs(jpeg, EXIF_JPEG)) return undefined;
  const length = ((jpeg[4] ?? 0) << 8) | (jpeg[5] ?? 0);
  return orientationOf(readTiffDirectory(jpeg.subarray(EXIF_JPEG.length, 4 + length)));
}

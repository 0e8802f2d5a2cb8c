import { startsAs } from '../format-signatures.ts';
import { readTiffDirectory, type TiffDirectory } from '../tiff/tiff-directory.ts';

/** A directory of EXIF, with the bytes that its values lie in. */
export interface ExifDirectory {
  readonly bytes: Uint8Array;
  readonly directory: TiffDirectory;
}

/** What EXIF has of a picture (EXIF 2.32, 4.6): about the file, about the exposure, about the place. */
export interface ExifBlock {
  readonly main: ExifDirectory | undefined;
  readonly exposure: ExifDirectory | undefined;
  readonly place: ExifDirectory | undefined;
}

const EXPOSURE_POINTER = 0x8769;
const PLACE_POINTER = 0x8825;
/** The name that a JPEG's segment begins with; some programs write it elsewhere too. */
const NAME = 'Exif\0\0';

/** The directories of EXIF in the form that nearly all files have it in: a TIFF file within the file. */
export function exifBlock(bytes: Uint8Array): ExifBlock {
  const tiff = startsAs(bytes, NAME) ? bytes.subarray(NAME.length) : bytes;
  const main = exifDirectory(tiff);
  return { main, exposure: below(main, EXPOSURE_POINTER), place: below(main, PLACE_POINTER) };
}

/** The first directory of a TIFF file, or another one; undefined where there is none. */
export function exifDirectory(bytes: Uint8Array, where?: number): ExifDirectory | undefined {
  const directory = readTiffDirectory(bytes, where);
  return directory && { bytes, directory };
}

function below(main: ExifDirectory | undefined, pointer: number): ExifDirectory | undefined {
  const where = main?.directory.value(pointer);
  return main && where !== undefined ? exifDirectory(main.bytes, where) : undefined;
}

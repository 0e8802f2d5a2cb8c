import { jpegAt, type Previews } from './embedded-preview.ts';

/** Where the header says where the JPEG lies and how long it is (exiftool, `FujiFilm.pm`, `ProcessRAF`). */
const JPEG_OFFSET_AT = 84;
const JPEG_LENGTH_AT = 88;

/** A Fujifilm RAW's preview is a JPEG as the camera would have written it alone, with its own EXIF. */
export function fujifilmPreviews(bytes: Uint8Array): Previews {
  if (bytes.length < JPEG_LENGTH_AT + 4) return { previews: [], orientation: undefined, endsEarly: true };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const previews = jpegAt(bytes, view.getUint32(JPEG_OFFSET_AT), view.getUint32(JPEG_LENGTH_AT));
  return { previews, orientation: undefined, endsEarly: false };
}

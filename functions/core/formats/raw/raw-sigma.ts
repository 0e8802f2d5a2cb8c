import { startsAs } from '../format-signatures.ts';
import { jpegAt, orientationOfTurn, type Preview, type Previews } from './embedded-preview.ts';

/** The higher half of the version. */
const VERSION_AT = 6;
/** `SECd`, version, number of sections. */
const COUNT_AT = 8;
const SECTIONS_AT = 12;
const MAXIMUM_SECTIONS = 64;
const SECTION_ENTRY_BYTES = 12;
/** `SECi`, version, kind, coding, width, height, row length; then the picture (exiftool, `SigmaRaw.pm`). */
const IMAGE_HEADER_BYTES = 28;
const JPEG_CODING = 18;
/** Where the header has degrees clockwise: of version 4, and before. */
const ROTATION_AT = { new: 48, old: 36 };
const LEAST_BYTES = 56;

/** The directory of sections, to which the last four bytes point. */
export function sigmaPreviews(bytes: Uint8Array): Previews {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < LEAST_BYTES) return { previews: [], orientation: undefined, endsEarly: true };
  const rotationAt = view.getUint16(VERSION_AT, true) < 4 ? ROTATION_AT.old : ROTATION_AT.new;
  const orientation = orientationOfTurn(view.getInt32(rotationAt, true));
  const directory = view.getUint32(bytes.length - 4, true);
  if (directory + SECTIONS_AT > bytes.length || !startsAs(bytes.subarray(directory), 'SECd')) {
    return { previews: [], orientation, endsEarly: true };
  }
  const count = Math.min(MAXIMUM_SECTIONS, view.getUint32(directory + COUNT_AT, true));
  const previews = Array.from({ length: count }, (_, index) =>
    imageIn(bytes, view, directory + SECTIONS_AT + index * SECTION_ENTRY_BYTES),
  ).flat();
  return { previews, orientation, endsEarly: false };
}

function imageIn(bytes: Uint8Array, view: DataView, entry: number): readonly Preview[] {
  if (entry + SECTION_ENTRY_BYTES > bytes.length) return [];
  const [start, length] = [view.getUint32(entry, true), view.getUint32(entry + 4, true)];
  const isImage = startsAs(bytes.subarray(start), 'SECi') && start + IMAGE_HEADER_BYTES <= bytes.length;
  if (!isImage || view.getUint32(start + 12, true) !== JPEG_CODING) return [];
  return jpegAt(bytes, start + IMAGE_HEADER_BYTES, length - IMAGE_HEADER_BYTES);
}

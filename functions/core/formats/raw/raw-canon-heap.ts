import { jpegAt, orientationOfTurn, type Previews } from './embedded-preview.ts';

/** A part of a file that ends with the place of its directory, which counts from the part's start. */
interface Heap {
  readonly start: number;
  readonly end: number;
}

const HEADER_LENGTH_AT = 2;
const ENTRY_BYTES = 10;
/** Of tags whose values stand in the entry itself. */
const IN_ENTRY = 0x4000;
const MAXIMUM_ENTRIES = 256;
/** exiftool, `CanonRaw.pm`. */
const JPEG_FROM_RAW = 0x2007;
const IMAGE_PROPERTIES = 0x300a;
const IMAGE_INFO = 0x1810;
/** Degrees clockwise, behind width, height and proportion. */
const ROTATION_AT = 12;

/** Previews of Canon's first RAW format, CIFF: heaps within heaps. */
export function canonHeapPreviews(bytes: Uint8Array): Previews {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const root = { start: view.getUint32(HEADER_LENGTH_AT, true), end: bytes.length };
  const parts = partsOf(view, root);
  const jpegs = parts?.get(JPEG_FROM_RAW);
  const previews = jpegs ? jpegAt(bytes, jpegs.start, jpegs.end - jpegs.start) : [];
  return { previews, orientation: orientationIn(view, parts), endsEarly: parts === undefined };
}

function orientationIn(view: DataView, parts: ReadonlyMap<number, Heap> | undefined): number | undefined {
  const properties = parts?.get(IMAGE_PROPERTIES);
  const info = properties && partsOf(view, properties)?.get(IMAGE_INFO);
  if (!info || info.start + ROTATION_AT + 4 > view.byteLength) return undefined;
  return orientationOfTurn(view.getInt32(info.start + ROTATION_AT, true));
}

/** What a heap holds, by tag; undefined where it is not whole. */
function partsOf(view: DataView, { start, end }: Heap): ReadonlyMap<number, Heap> | undefined {
  if (end > view.byteLength || start + 4 > end) return undefined;
  const directory = start + view.getUint32(end - 4, true);
  if (directory + 2 > end) return undefined;
  const count = Math.min(MAXIMUM_ENTRIES, view.getUint16(directory, true));
  if (directory + 2 + count * ENTRY_BYTES > end) return undefined;
  const parts = Array.from({ length: count }, (_, index): [number, Heap] => {
    const at = directory + 2 + index * ENTRY_BYTES;
    const partStart = start + view.getUint32(at + 6, true);
    return [view.getUint16(at, true), { start: partStart, end: partStart + view.getUint32(at + 2, true) }];
  });
  const isWhole = parts.every(([tag, part]) => (tag & IN_ENTRY) !== 0 || part.end <= end);
  return isWhole ? new Map(parts) : undefined;
}

/** The first directory of a TIFF file. */
export interface TiffDirectory {
  has(tag: number): boolean;
  /** The integers of a tag; empty when it is missing, of another type, or points outside the file. */
  values(tag: number): readonly number[];
  /** Whether some tag's values lie beyond the end of the file. */
  readonly pointsBeyondEnd: boolean;
}

/** Bytes of one value by TIFF type, BYTE (1) to DOUBLE (12) (TIFF 6.0, section 2). */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
/** Tag, type, count, value or offset of values. */
const ENTRY_BYTES = 12;

/**
 * Reads the first directory of a classic TIFF file, which many camera RAW formats are built on. Values are read when
 * asked for: a hostile file can let thousands of tags point to the same megabytes.
 *
 * @returns undefined when the directory lies beyond the end of the bytes (or the file is a BigTIFF)
 */
export function readTiffDirectory(bytes: Uint8Array): TiffDirectory | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = bytes[0] === 0x49;
  if (bytes.length < 8 || view.getUint16(2, littleEndian) !== 42) return undefined;
  const start = view.getUint32(4, littleEndian);
  if (start + 2 > bytes.length) return undefined;
  const count = view.getUint16(start, littleEndian);
  if (start + 2 + count * ENTRY_BYTES > bytes.length) return undefined;
  const entries = new Map<number, Entry>();
  for (let index = 0; index < count; index++) {
    const at = start + 2 + index * ENTRY_BYTES;
    entries.set(view.getUint16(at, littleEndian), readEntry(view, at, littleEndian));
  }
  return {
    has: (tag) => entries.has(tag),
    values: (tag) => integersOf(view, entries.get(tag), littleEndian),
    pointsBeyondEnd: [...entries.values()].some(({ end }) => end > bytes.length),
  };
}

interface Entry {
  /** Bytes of one value; 0 for an unknown type. */
  readonly width: number;
  /** Where the values start and end in the file. */
  readonly start: number;
  readonly end: number;
}

/** Values of up to four bytes stand in the entry itself, longer ones where it points to. */
function readEntry(view: DataView, at: number, littleEndian: boolean): Entry {
  const width = TYPE_BYTES[view.getUint16(at + 2, littleEndian)] ?? 0;
  const length = width * view.getUint32(at + 4, littleEndian);
  const start = length <= 4 ? at + 8 : view.getUint32(at + 8, littleEndian);
  return { width, start, end: start + length };
}

function integersOf(view: DataView, entry: Entry | undefined, littleEndian: boolean): readonly number[] {
  if (!entry || entry.end > view.byteLength) return [];
  const { width, start, end } = entry;
  if (width !== 1 && width !== 2 && width !== 4) return [];
  return Array.from({ length: (end - start) / width }, (_, index) => {
    const at = start + index * width;
    if (width === 1) return view.getUint8(at);
    return width === 2 ? view.getUint16(at, littleEndian) : view.getUint32(at, littleEndian);
  });
}

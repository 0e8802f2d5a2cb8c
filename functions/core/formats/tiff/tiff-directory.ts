/** A directory of a TIFF file. */
export interface TiffDirectory {
  has(tag: number): boolean;
  /** How many integers a tag has; 0 when it is missing, of another type, or points outside the file. */
  count(tag: number): number;
  /** One of a tag's integers; undefined where it has none. */
  value(tag: number, index?: number): number | undefined;
  /** The largest first integer of all entries of a tag: a file may hold a tag twice, and readers differ in which counts. */
  largest(tag: number): number | undefined;
  /** Where a tag's values lie in the file; undefined when it is missing, or they lie beyond the end. */
  range(tag: number): { readonly start: number; readonly end: number } | undefined;
  /** One of a tag's fractions; undefined where it has none, or divides by zero. */
  rational(tag: number, index?: number): number | undefined;
  /**
   * A copy of the file that has this directory alone, of each tag the first entry, no tags that `keeps` refuses, and other
   * integers for some.
   */
  rewritten(keeps: (tag: number) => boolean, integers: ReadonlyMap<number, number>): Uint8Array;
  /** Whether some tag's values lie beyond the end of the file. */
  readonly pointsBeyondEnd: boolean;
  /** Where the next directory of the chain lies; 0 for none. */
  readonly next: number;
}

/** Bytes of one value by TIFF type, BYTE (1) to DOUBLE (12) and IFD (TIFF 6.0, section 2), LONG8 (16) to IFD8 of BigTIFF. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
/** Olympus ("RO", "RS") and Panasonic write these in place of TIFF's 42. */
const RAW_VERSIONS = [0x4f52, 0x5352, 0x55];
/** RATIONAL, SRATIONAL, FLOAT, DOUBLE. */
const RATIONAL = 5;
const NO_INTEGERS = [5, 10, 11, 12];

/** What libtiff 4.7 takes for a directory (tif_dirread.c, "Sanity check on directory count"). */
const MAXIMUM_ENTRIES = 4096;

/** How the two kinds of TIFF lay out a directory, in bytes. */
interface Kind {
  readonly view: DataView;
  readonly littleEndian: boolean;
  readonly isBig: boolean;
  /** Tag, type, count, value or offset of values. */
  readonly entryBytes: number;
  /** The number of entries before the first one. */
  readonly countBytes: number;
  /** An offset, and so the values that an entry holds itself. */
  readonly offsetBytes: number;
}

/**
 * Reads a directory of a classic TIFF file, which many camera RAW formats are built on, or of a BigTIFF. Values are read
 * when asked for: a hostile file can let thousands of tags point to the same megabytes.
 *
 * @param where the directory lies; the first one unless told otherwise
 * @returns undefined when the directory lies beyond the end of the bytes or has too many entries
 */
export function readTiffDirectory(bytes: Uint8Array, where?: number): TiffDirectory | undefined {
  const kind = kindOf(bytes);
  if (!kind) return undefined;
  const { view, entryBytes, countBytes } = kind;
  const at = where ?? offsetAt(kind, kind.isBig ? 8 : 4);
  if (at < 8 || at + countBytes > bytes.length) return undefined;
  const count = kind.isBig ? offsetAt(kind, at) : view.getUint16(at, kind.littleEndian);
  const end = at + countBytes + count * entryBytes;
  if (count > MAXIMUM_ENTRIES || end > bytes.length) return undefined;
  const entries = new Map<number, Entry[]>();
  for (let index = 0; index < count; index++) {
    const entryAt = at + countBytes + index * entryBytes;
    const tag = view.getUint16(entryAt, kind.littleEndian);
    const known = entries.get(tag);
    if (known) known.push(readEntry(kind, entryAt));
    else entries.set(tag, [readEntry(kind, entryAt)]);
  }
  const first = (tag: number) => entries.get(tag)?.[0];
  return {
    has: (tag) => entries.has(tag),
    count: (tag) => countOf(kind, first(tag)),
    value: (tag, index = 0) => integerOf(kind, first(tag), index),
    largest: (tag) => {
      const values = (entries.get(tag) ?? []).flatMap((entry) => integerOf(kind, entry, 0) ?? []);
      return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
    },
    range: (tag) => {
      const { start = 0, end = Infinity } = first(tag) ?? {};
      return end > bytes.length ? undefined : { start, end };
    },
    next: end + kind.offsetBytes > bytes.length ? 0 : offsetAt(kind, end),
    rational: (tag, index = 0) => rationalOf(kind, first(tag), index),
    rewritten: (keeps, integers) => rewritten(kind, bytes, { at, count, end }, keeps, integers),
    pointsBeyondEnd: [...entries.values()].some((same) => same.some((entry) => entry.end > bytes.length)),
  };
}

/** All directories of a file, which readers go through to count its pages. */
export interface TiffChain {
  readonly directories: number;
  /** Bytes of all of their values together. */
  readonly valueBytes: number;
}

/** Follows the chain of directories, each once, for it may be a circle; no further than `maximum` directories or values. */
export function tiffChain(
  bytes: Uint8Array,
  maximum: { readonly directories: number; readonly valueBytes: number },
): TiffChain {
  const kind = kindOf(bytes);
  const seen = new Set<number>();
  let valueBytes = 0;
  let at = kind ? offsetAt(kind, kind.isBig ? 8 : 4) : 0;
  while (kind && at >= 8 && at + kind.countBytes <= bytes.length && !seen.has(at)) {
    if (seen.size > maximum.directories || valueBytes > maximum.valueBytes) break;
    seen.add(at);
    const start = at + kind.countBytes;
    const count = kind.isBig ? offsetAt(kind, at) : kind.view.getUint16(at, kind.littleEndian);
    const end = start + count * kind.entryBytes;
    if (count > MAXIMUM_ENTRIES || end > bytes.length) break;
    for (let entryAt = start; entryAt < end; entryAt += kind.entryBytes) {
      const entry = readEntry(kind, entryAt);
      // What lies outside is not read; an entry itself is, and costs time.
      valueBytes += kind.entryBytes + (entry.end > bytes.length ? 0 : entry.end - entry.start);
    }
    at = end + kind.offsetBytes <= bytes.length ? offsetAt(kind, end) : 0;
  }
  return { directories: seen.size, valueBytes };
}

function kindOf(bytes: Uint8Array): Kind | undefined {
  if (bytes.length < 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = bytes[0] === 0x49;
  const version = view.getUint16(2, littleEndian);
  if (version === 42 || RAW_VERSIONS.includes(version))
    return { view, littleEndian, isBig: false, entryBytes: 12, countBytes: 2, offsetBytes: 4 };
  if (version === 43)
    return { view, littleEndian, isBig: true, entryBytes: 20, countBytes: 8, offsetBytes: 8 };
  return undefined;
}

function offsetAt({ view, littleEndian, isBig }: Kind, at: number): number {
  return isBig ? Number(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian);
}

interface Entry {
  readonly type: number;
  /** Bytes of one value; 0 for an unknown type. */
  readonly width: number;
  readonly holdsIntegers: boolean;
  /** Where the values start and end in the file. */
  readonly start: number;
  readonly end: number;
}

/** Values that fit stand in the entry itself, longer ones where it points to. */
function readEntry(kind: Kind, at: number): Entry {
  const { view, littleEndian, offsetBytes } = kind;
  const type = view.getUint16(at + 2, littleEndian);
  const width = TYPE_BYTES[type] ?? 0;
  const length = width * offsetAt(kind, at + 4);
  const inEntry = at + 4 + offsetBytes;
  const start = length <= offsetBytes ? inEntry : offsetAt(kind, inEntry);
  return { type, width, holdsIntegers: !NO_INTEGERS.includes(type), start, end: start + length };
}

function countOf({ view }: Kind, entry: Entry | undefined): number {
  if (!entry || entry.width === 0 || !entry.holdsIntegers || entry.end > view.byteLength) return 0;
  return (entry.end - entry.start) / entry.width;
}

function integerOf(kind: Kind, entry: Entry | undefined, index: number): number | undefined {
  if (!entry || index >= countOf(kind, entry)) return undefined;
  const { view, littleEndian } = kind;
  const at = entry.start + index * entry.width;
  if (entry.width === 1) return view.getUint8(at);
  if (entry.width === 2) return view.getUint16(at, littleEndian);
  return entry.width === 4 ? view.getUint32(at, littleEndian) : Number(view.getBigUint64(at, littleEndian));
}

function rationalOf(
  { view, littleEndian }: Kind,
  entry: Entry | undefined,
  index: number,
): number | undefined {
  if (entry?.type !== RATIONAL || entry.end > view.byteLength) return undefined;
  const at = entry.start + index * entry.width;
  if (at + entry.width > entry.end) return undefined;
  const divisor = view.getUint32(at + 4, littleEndian);
  return divisor === 0 ? undefined : view.getUint32(at, littleEndian) / divisor;
}

/** A private tag that no reader knows; it stands in place of those that are left out, and behind all others. */
const NOTHING_TAG = 65_535;
const BYTE = 1;

function rewritten(
  kind: Kind,
  bytes: Uint8Array,
  { at, count, end }: { readonly at: number; readonly count: number; readonly end: number },
  keeps: (tag: number) => boolean,
  integers: ReadonlyMap<number, number>,
): Uint8Array {
  const { littleEndian, entryBytes, countBytes, offsetBytes } = kind;
  // Not `slice`: that of a Buffer is no copy.
  const copy = new Uint8Array(bytes);
  const own: Kind = { ...kind, view: new DataView(copy.buffer) };
  const seen = new Set<number>();
  for (let index = 0; index < count; index++) {
    const entryAt = at + countBytes + index * entryBytes;
    const tag = own.view.getUint16(entryAt, littleEndian);
    if (seen.has(tag) || !keeps(tag)) writeNothing(own, entryAt);
    else setInteger(own, readEntry(own, entryAt), integers.get(tag));
    seen.add(tag);
  }
  copy.fill(0, end, end + offsetBytes);
  return copy;
}

function writeNothing({ view, littleEndian, entryBytes, offsetBytes }: Kind, at: number): void {
  new Uint8Array(view.buffer, at, entryBytes).fill(0);
  view.setUint16(at, NOTHING_TAG, littleEndian);
  view.setUint16(at + 2, BYTE, littleEndian);
  // One value: the count is as wide as an offset.
  view.setUint8(littleEndian ? at + 4 : at + 4 + offsetBytes - 1, 1);
}

function setInteger(kind: Kind, entry: Entry, value: number | undefined): void {
  const { view, littleEndian } = kind;
  if (value === undefined || countOf(kind, entry) === 0) return;
  if (entry.width === 1) view.setUint8(entry.start, value);
  else if (entry.width === 2) view.setUint16(entry.start, value, littleEndian);
  else if (entry.width === 4) view.setUint32(entry.start, value, littleEndian);
  else view.setBigUint64(entry.start, BigInt(value), littleEndian);
}

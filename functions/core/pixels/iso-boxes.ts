/** A box of an ISO base media file (ISO/IEC 14496-12): its type, and where its content starts and ends in the file. */
export interface IsoBox {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** An item of a file's `meta` box (ISO/IEC 23008-12): its type, `av01` for a picture, and where its bytes lie. */
export interface IsoItem {
  readonly type: string;
  readonly extents: ReadonlyArray<{ readonly start: number; readonly end: number }>;
}

/** libheif reads files of up to 1,000 items, and of 32 pieces of an item (heif_security.h). */
const MAXIMUM_ITEMS = 1000;
const MAXIMUM_EXTENTS = 32;
/** More boxes beside one another than any file has. */
const MAXIMUM_BOXES = 10_000;

/** The boxes within a part of a file, up to the first that is none. */
export function boxesIn(view: DataView, start: number, end: number): readonly IsoBox[] {
  const boxes: IsoBox[] = [];
  let at = start;
  while (at + 8 <= end && boxes.length < MAXIMUM_BOXES) {
    const type = fourLetters(view, at + 4);
    let length = view.getUint32(at);
    let header = 8;
    // 0 reaches to the end, 1 announces a length of 64 bits.
    if (length === 0) length = end - at;
    if (length === 1 && at + 16 <= end) {
      length = Number(view.getBigUint64(at + 8));
      header = 16;
    }
    if (length < header) break;
    boxes.push({ type, start: at + header, end: Math.min(at + length, end) });
    at += length;
  }
  return boxes;
}

export function fourLetters(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));
}

/**
 * The items of a `meta` box, of whose boxes `parts` is the list.
 *
 * @returns undefined when there are more than any decoder takes, or their boxes are not whole
 */
export function itemsOf(view: DataView, parts: readonly IsoBox[]): readonly IsoItem[] | undefined {
  try {
    const types = new Map(parts.filter(({ type }) => type === 'iinf').flatMap((box) => itemTypes(view, box)));
    const idat = parts.find(({ type }) => type === 'idat')?.start ?? 0;
    return parts
      .filter(({ type }) => type === 'iloc')
      .flatMap((box) => locationsIn(view, box, idat))
      .map(({ id, extents }) => ({ type: types.get(id) ?? '', extents }));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Reads numbers one after the other; throws a `RangeError` behind the end. */
function reader(view: DataView, { start, end }: IsoBox) {
  let at = start;
  return (bytes: number): number => {
    if (at + bytes > end) throw new RangeError('behind the end of a box');
    let value = 0;
    for (let index = 0; index < bytes; index++) value = value * 256 + view.getUint8(at + index);
    at += bytes;
    return value;
  };
}

/** `infe` in `iinf`, of versions 2 and 3: the older ones name no type. */
function itemTypes(view: DataView, iinf: IsoBox): [id: number, type: string][] {
  const countBytes = view.getUint8(iinf.start) === 0 ? 2 : 4;
  return boxesIn(view, iinf.start + 4 + countBytes, iinf.end).flatMap((box) => {
    const read = reader(view, box);
    const version = read(1);
    if (box.type !== 'infe' || version < 2) return [];
    read(3);
    const id = read(version === 2 ? 2 : 4);
    read(2);
    return [[id, String.fromCharCode(read(1), read(1), read(1), read(1))]];
  });
}

interface Location {
  readonly id: number;
  readonly extents: Array<{ readonly start: number; readonly end: number }>;
}

/** Of versions 0 to 2; within the file, or within `idat`. */
function locationsIn(view: DataView, iloc: IsoBox, idat: number): Location[] {
  const read = reader(view, iloc);
  const version = read(1);
  read(3);
  const [sizes, moreSizes] = [read(1), read(1)];
  const count = read(version < 2 ? 2 : 4);
  if (count > MAXIMUM_ITEMS) throw new RangeError('more items than decoders take');
  return Array.from({ length: count }, () => {
    const id = read(version < 2 ? 2 : 4);
    const origin = version > 0 && (read(2) & 15) === 1 ? idat : 0;
    read(2);
    const base = origin + read(moreSizes >> 4);
    const extents = read(2);
    if (extents > MAXIMUM_EXTENTS) throw new RangeError('more pieces than decoders take');
    return {
      id,
      extents: Array.from({ length: extents }, () => {
        if (version > 0) read(moreSizes & 15);
        const start = base + read(sizes >> 4);
        const length = read(sizes & 15);
        // A length of 0 reaches to the end of the file.
        return { start, end: length === 0 ? view.byteLength : start + length };
      }),
    };
  });
}

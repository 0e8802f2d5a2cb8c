import { boxesIn, fourLetters, type IsoBox, reader } from './iso-boxes.ts';

/** An item of a HEIF or AVIF file (ISO/IEC 23008-12): a coded picture, or one that is put together of others. */
export interface HeifItem {
  readonly id: number;
  /** `hvc1` for a picture of HEVC, `av01` of AV1, `grid` for tiles that are put together; '' when the file says none. */
  readonly type: string;
  /** Where its bytes lie in the file. */
  readonly extents: ReadonlyArray<{ readonly start: number; readonly end: number }>;
}

/** What a file's `meta` box has. */
export interface HeifMeta {
  readonly view: DataView;
  /** The item that is the picture. */
  readonly primary: number | undefined;
  readonly items: readonly HeifItem[];
  /** Sizes, configurations of decoders and the like, which items share. */
  readonly properties: readonly IsoBox[];
  /** By item: its properties, as indices that count from 1. */
  readonly propertiesOf: ReadonlyMap<number, readonly number[]>;
  /** Items that are put together of others, once for each part. */
  readonly derivations: ReadonlyArray<{ readonly from: number; readonly to: number }>;
  /** References of all kinds from item to item. */
  readonly references: number;
}

/** libheif reads files of up to 1,000 items, and of 32 pieces of an item (heif_security.h). */
const MAXIMUM_ITEMS = 1000;
const MAXIMUM_EXTENTS = 32;
/** A grid has at most 256 × 256 tiles (ISO/IEC 23008-12, 6.6.2.3). */
const MAXIMUM_REFERENCES = 2 ** 17;

/**
 * Reads the `meta` box of a file.
 *
 * @returns undefined when there is none, when its boxes are not whole, or when it has more items than any decoder takes
 */
export function heifMeta(bytes: Uint8Array): HeifMeta | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const meta = boxesIn(view, 0, view.byteLength).find(({ type }) => type === 'meta');
  if (!meta) return undefined;
  try {
    return readMeta(view, boxesIn(view, meta.start + 4, meta.end));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readMeta(view: DataView, parts: readonly IsoBox[]): HeifMeta {
  const all = (type: string) => parts.filter((box) => box.type === type);
  const children = (box: IsoBox, type: string) =>
    boxesIn(view, box.start, box.end).filter((child) => child.type === type);
  const [pitm] = all('pitm');
  const references = all('iref').flatMap((box) => referencesIn(view, box));
  return {
    view,
    primary: pitm && primaryId(view, pitm),
    items: itemsIn(view, all('iinf'), all('iloc'), all('idat')[0]?.start ?? 0),
    properties: all('iprp')
      .flatMap((box) => children(box, 'ipco'))
      .flatMap(({ start, end }) => boxesIn(view, start, end)),
    propertiesOf: new Map(
      all('iprp')
        .flatMap((box) => children(box, 'ipma'))
        .flatMap((box) => associationsIn(view, box)),
    ),
    derivations: references.filter(({ type }) => type === 'dimg'),
    references: references.length,
  };
}

function primaryId(view: DataView, pitm: IsoBox): number {
  const read = reader(view, pitm);
  const version = read(1);
  read(3);
  return read(version === 0 ? 2 : 4);
}

/** Items that have bytes, then those that have none, such as an `iden` of another one. */
function itemsIn(
  view: DataView,
  infos: readonly IsoBox[],
  locations: readonly IsoBox[],
  idat: number,
): HeifItem[] {
  const types = new Map(infos.flatMap((box) => itemTypes(view, box)));
  const located = locations
    .flatMap((box) => locationsIn(view, box, idat))
    .map((location) => ({ ...location, type: types.get(location.id) ?? '' }));
  for (const { id } of located) types.delete(id);
  return [...located, ...[...types].map(([id, type]) => ({ id, type, extents: [] }))];
}

/** `infe` in `iinf`, of versions 2 and 3: the older ones name no type. */
function itemTypes(view: DataView, iinf: IsoBox): [id: number, type: string][] {
  const countBytes = reader(view, iinf)(1) === 0 ? 2 : 4;
  return boxesIn(view, iinf.start + 4 + countBytes, iinf.end).flatMap((box) => {
    const read = reader(view, box);
    const version = read(1);
    if (box.type !== 'infe' || version < 2) return [];
    read(3);
    const id = read(version === 2 ? 2 : 4);
    read(2);
    read(4);
    return [[id, fourLetters(view, box.start + (version === 2 ? 8 : 10))]];
  });
}

/** Of versions 0 to 2; within the file, or within `idat`. */
function locationsIn(view: DataView, iloc: IsoBox, idat: number): Omit<HeifItem, 'type'>[] {
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

function associationsIn(view: DataView, ipma: IsoBox): [id: number, properties: readonly number[]][] {
  const read = reader(view, ipma);
  const version = read(1);
  const isLong = (read(3) & 1) === 1;
  const count = Math.min(read(4), MAXIMUM_ITEMS);
  return Array.from({ length: count }, () => {
    const id = read(version === 0 ? 2 : 4);
    const indices = Array.from({ length: read(1) }, () => (isLong ? read(2) & 0x7fff : read(1) & 0x7f));
    return [id, indices];
  });
}

interface Reference {
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

function referencesIn(view: DataView, iref: IsoBox): Reference[] {
  const idBytes = reader(view, iref)(1) === 0 ? 2 : 4;
  const found: Reference[] = [];
  for (const box of boxesIn(view, iref.start + 4, iref.end)) {
    const read = reader(view, box);
    const from = read(idBytes);
    const count = read(2);
    if (found.length + count > MAXIMUM_REFERENCES) throw new RangeError('more references than decoders take');
    for (let index = 0; index < count; index++) found.push({ type: box.type, from, to: read(idBytes) });
  }
  return found;
}

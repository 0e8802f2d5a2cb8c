/** Writes HEIF files (HEIC and AVIF) as bombs need them: items that refer to each other as nobody means it. */
export interface HeifItem {
  /** `hvc1`, `av01`, `grid`, `iovl`, `iden`, `Exif` … */
  readonly type: string;
  readonly data: Buffer;
  /** Of the file's properties, counted from 1. */
  readonly properties?: readonly number[];
  /** Items that it is made of, counted from 1. */
  readonly madeOf?: readonly number[];
  /** How often its one extent is told. @default 1 */
  readonly extents?: number;
}

export interface HeifShape {
  readonly brand: 'heic' | 'avif';
  readonly items: readonly HeifItem[];
  readonly properties: readonly Buffer[];
}

export function isoBox(type: string, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([u32(content.length + 8), Buffer.from(type, 'latin1'), content]);
}

function fullBox(type: string, version: number, ...contents: readonly Buffer[]): Buffer {
  return isoBox(type, u32(version * 2 ** 24), ...contents);
}

/** More than a call takes as parameters. */
export function all(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts);
}

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => void bytes.writeUInt16BE(value, 2 * i));
  return bytes;
}

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => void bytes.writeUInt32BE(value, 4 * i));
  return bytes;
}

/** The picture's size, as a property says it. */
export function ispe(width: number, height: number): Buffer {
  return fullBox('ispe', 0, u32(width, height));
}

/** A file whose first item is its picture. */
export function heif({ brand, items, properties }: HeifShape): Buffer {
  const head = isoBox('ftyp', Buffer.from(`${brand}\0\0\0\0mif1${brand}miaf`, 'latin1'));
  const metaOf = (dataAt: number) => meta(items, properties, dataAt);
  const dataAt = head.length + metaOf(0).length + 8;
  return Buffer.concat([head, metaOf(dataAt), isoBox('mdat', all(items.map(({ data }) => data)))]);
}

function meta(items: readonly HeifItem[], properties: readonly Buffer[], dataAt: number): Buffer {
  let at = dataAt;
  const places = items.map(({ data, extents = 1 }, i) => {
    const extent = u32(at, data.length);
    at += data.length;
    return Buffer.concat([u32(i + 1), u16(0, 0, extents), all(Array<Buffer>(extents).fill(extent))]);
  });
  const infos = items.map(({ type }, i) =>
    fullBox('infe', 3, u32(i + 1), u16(0), Buffer.from(type, 'latin1'), Buffer.alloc(1)),
  );
  const associations = items.map(({ properties: own = [] }, i) =>
    Buffer.concat([u32(i + 1), Buffer.from([own.length, ...own])]),
  );
  const references = items.flatMap(({ madeOf = [] }, i) =>
    madeOf.length > 0 ? [isoBox('dimg', u32(i + 1), u16(madeOf.length), u32(...madeOf))] : [],
  );
  return fullBox(
    'meta',
    0,
    fullBox('hdlr', 0, u32(0), Buffer.from('pict', 'latin1'), Buffer.alloc(13)),
    fullBox('pitm', 1, u32(1)),
    fullBox('iloc', 2, Buffer.from([0x44, 0]), u32(items.length), all(places)),
    fullBox('iinf', 1, u32(items.length), all(infos)),
    isoBox('iprp', isoBox('ipco', all(properties)), fullBox('ipma', 1, u32(items.length), all(associations))),
    ...(references.length > 0 ? [fullBox('iref', 1, all(references))] : []),
  );
}

/** Says how a grid's tiles lie, and how large it is. */
export function gridData(columns: number, rows: number, [width, height]: readonly [number, number]): Buffer {
  return Buffer.concat([Buffer.from([0, 1, rows - 1, columns - 1]), u32(width, height)]);
}

/** Says where an overlay's layers lie: all in its corner. */
export function overlayData(layers: number, [width, height]: readonly [number, number]): Buffer {
  return Buffer.concat([Buffer.from([0, 1]), u16(0, 0, 0, 0), u32(width, height), Buffer.alloc(8 * layers)]);
}

/** The one item of a file that sharp has made: its stream, and the properties that say how to decode it. */
export function partsOfAvif(avif: Buffer): { readonly data: Buffer; readonly configuration: Buffer } {
  const boxAt = (type: string) => {
    const at = avif.indexOf(type, 0, 'latin1') - 4;
    return avif.subarray(at, at + avif.readUInt32BE(at));
  };
  return { data: boxAt('mdat').subarray(8), configuration: boxAt('av1C') };
}

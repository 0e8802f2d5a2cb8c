/** A box of an ISO base media file (ISO/IEC 14496-12): its type, and where its content starts and ends in the file. */
export interface IsoBox {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

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

/** Reads numbers one after the other; throws a `RangeError` behind the end. */
export function reader(view: DataView, { start, end }: IsoBox) {
  let at = start;
  return (bytes: number): number => {
    if (at + bytes > end) throw new RangeError('behind the end of a box');
    let value = 0;
    for (let index = 0; index < bytes; index++) value = value * 256 + view.getUint8(at + index);
    at += bytes;
    return value;
  };
}

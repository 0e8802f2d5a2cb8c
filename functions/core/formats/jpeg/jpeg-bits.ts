const MARKER = 0xff;
/** Bytes behind the data, so that four can be read at once wherever a reader stands. */
const SPARE_BYTES = 8;

/** Entropy-coded data between two markers, without what is stuffed in. */
export interface Bits {
  readonly view: DataView;
  readonly length: number;
}

/** What an entropy-coded stretch of a JPEG holds, and what ends it. */
export interface Stretch {
  readonly bits: Bits;
  /** Where the marker stands that ends it, or the end of the file. */
  readonly end: number;
  /** That marker; undefined at the end of the file. */
  readonly marker: number | undefined;
}

/** Reads up to the next marker: within the data 0xFF is followed by a stuffed zero (ITU-T T.81, B.1.1.5). */
export function stretchAt(bytes: Uint8Array, start: number): Stretch {
  const { end, marker } = markerFrom(bytes, start);
  const data = new Uint8Array(end - start + SPARE_BYTES);
  let [length, from] = [0, start];
  while (from < end) {
    const next = bytes.indexOf(MARKER, from);
    const isStuffed = next >= 0 && next < end;
    const stop = isStuffed ? next + 1 : end;
    data.set(bytes.subarray(from, stop), length);
    length += stop - from;
    from = isStuffed ? behindFill(bytes, stop) + 1 : end;
  }
  return { bits: { view: new DataView(data.buffer), length: length * 8 }, end, marker };
}

function markerFrom(bytes: Uint8Array, start: number): Omit<Stretch, 'bits'> {
  let at = bytes.indexOf(MARKER, start);
  while (at >= 0) {
    const behind = behindFill(bytes, at + 1);
    if (bytes[behind] !== 0) return { end: at, marker: bytes[behind] };
    at = bytes.indexOf(MARKER, behind + 1);
  }
  return { end: bytes.length, marker: undefined };
}

/** Any number of 0xFF may stand before a marker, and libjpeg takes them before a stuffed zero too. */
function behindFill(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === MARKER) at += 1;
  return at;
}

/** Up to 16 bits, in the upper part of 16. */
export function sixteenBits(view: DataView, at: number): number {
  return (view.getUint32(at >>> 3) << (at & 7)) >>> 16;
}

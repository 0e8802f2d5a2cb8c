import type { Layout } from '../pixels/layout.ts';
import type { Size } from '../pixels/pixels.ts';
import { boxesIn } from './heif/iso-boxes.ts';

/** Of a pixel: 37 were measured, of which the decoder's own samples are three floats, twice. */
const HELD_BYTES = 37;
/** More than the size needs, and of the part of a codestream that a box may hold. */
const HEADER_BYTES = 32;

/** The size of a JPEG XL picture, of its codestream or of the first part of that in a container (ISO/IEC 18181). */
export function jxlLayout(bytes: Uint8Array): Layout | undefined {
  const codestream = codestreamStart(bytes);
  const size = codestream && jxlSize(codestream);
  if (!size) return undefined;
  return { kind: 'jpeg xl', ...size, heldBytes: size.width * size.height * HELD_BYTES + 4 * bytes.length };
}

function codestreamStart(bytes: Uint8Array): Uint8Array | undefined {
  if (isCodestream(bytes)) return bytes.subarray(0, HEADER_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = boxesIn(view, 0, view.byteLength).flatMap(({ type, start, end }) => {
    if (type === 'jxlc') return [...bytes.subarray(start, Math.min(end, start + HEADER_BYTES))];
    // Four bytes number the part; parts may be of any length.
    if (type === 'jxlp') return [...bytes.subarray(start + 4, Math.min(end, start + 4 + HEADER_BYTES))];
    return [];
  });
  const codestream = Uint8Array.from(parts.slice(0, HEADER_BYTES));
  return isCodestream(codestream) ? codestream : undefined;
}

function isCodestream(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0x0a;
}

/** `SizeHeader` (ISO/IEC 18181-1, D.2), whose bits are counted from the lowest of each byte. */
function jxlSize(codestream: Uint8Array): Size | undefined {
  let position = 16;
  const bits = (count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index++, position++) {
      value += (((codestream[position >> 3] ?? 0) >> (position & 7)) & 1) * 2 ** index;
    }
    return value;
  };
  const isSmall = bits(1) === 1;
  const length = () => (isSmall ? 8 * (bits(5) + 1) : bits(SIZE_BITS[bits(2)] ?? 0) + 1);
  const height = length();
  const ratio = RATIOS[bits(3) - 1];
  const width = ratio ? Math.floor((height * ratio[0]) / ratio[1]) : length();
  return position <= codestream.length * 8 ? { width, height } : undefined;
}

const SIZE_BITS = [9, 13, 18, 30];
const RATIOS = [
  [1, 1],
  [12, 10],
  [4, 3],
  [3, 2],
  [16, 9],
  [5, 4],
  [2, 1],
] as const;

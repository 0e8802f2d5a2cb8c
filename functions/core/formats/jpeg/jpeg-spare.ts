import type { BlockReader } from './jpeg-blocks.ts';

/** So few bytes may be anything: as many cut pictures end with them as whole ones. */
const FEW_BYTES = 8;

/**
 * Bytes that are left behind the last block; or `padding`, which is all alike. Where an encoder has put bytes of
 * its own, it has filled the byte before with ones, and padding begins behind the blocks. Anything else stands there where
 * blocks were lost: the bytes then count for more than any encoder leaves.
 */
export function spareIn({ bits: { view, length }, at }: BlockReader): number | 'padding' {
  const [start, end] = [(at + 7) >>> 3, length >>> 3];
  if (end - start <= FEW_BYTES) return 0;
  if (isAlike(view, start, end))
    return isAlike(view, Math.max(0, start - FEW_BYTES), start + 1) ? Infinity : 'padding';
  const filling = 2 ** (8 * start - at) - 1;
  return (view.getUint8(Math.max(0, start - 1)) & filling) === filling ? end - start : Infinity;
}

function isAlike(view: DataView, start: number, end: number): boolean {
  for (let byte = start + 1; byte < end; byte++) {
    if (view.getUint8(byte) !== view.getUint8(start)) return false;
  }
  return true;
}

import { type Layout, streamedBytes } from '../../pixels/layout.ts';
import { type JpegStart, jpegStart } from './jpeg-start.ts';

/** A coefficient is 16 bit in libjpeg. */
const COEFFICIENT_BYTES = 2;
const BLOCK_SIDE = 8;

/**
 * A JPEG's frame header, and whether one scan holds it all: if not, whether it is called progressive or not, libjpeg
 * keeps every coefficient of the picture.
 */
export function jpegLayout(bytes: Uint8Array): Layout | undefined {
  const start = jpegStart(bytes);
  return start && layoutOf(start);
}

/** Where there is no scan, what the decoder says of that decides. */
function layoutOf({
  width,
  height,
  isProgressive,
  components,
  scanned = components.length,
}: JpegStart): Layout {
  const streamed = streamedBytes(width * components.length, height);
  if (!isProgressive && scanned >= components.length)
    return { kind: 'jpeg', width, height, heldBytes: streamed };
  const horizontalMost = Math.max(...components.map(({ horizontal }) => horizontal));
  const verticalMost = Math.max(...components.map(({ vertical }) => vertical));
  // Whole units of blocks are stored, so that small samplings are rounded up.
  const unitsAcross = Math.ceil(width / (BLOCK_SIDE * horizontalMost));
  const unitsDown = Math.ceil(height / (BLOCK_SIDE * verticalMost));
  const blocks = components.reduce((sum, { horizontal, vertical }) => sum + horizontal * vertical, 0);
  const coefficients = unitsAcross * unitsDown * blocks * BLOCK_SIDE ** 2;
  return {
    kind: isProgressive ? 'progressive jpeg' : 'jpeg of several scans',
    ...{ width, height },
    heldBytes: coefficients * COEFFICIENT_BYTES + streamed,
  };
}

import { type Layout, streamedBytes } from '../../pixels/layout.ts';
import { END, isFrame, SCAN } from './jpeg-markers.ts';

const PROGRESSIVE = [0xc2, 0xc6, 0xca, 0xce];
/** A coefficient is 16 bit in libjpeg. */
const COEFFICIENT_BYTES = 2;
const BLOCK_SIDE = 8;

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  readonly components: ReadonlyArray<{ readonly horizontal: number; readonly vertical: number }>;
}

/**
 * A JPEG's frame header, and whether one scan holds it all: if not, whether it is called progressive or not, libjpeg
 * keeps every coefficient of the picture.
 */
export function jpegLayout(bytes: Uint8Array): Layout | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: Frame | undefined;
  let at = 2;
  for (;;) {
    // As libjpeg does, anything between two segments is passed over.
    at = bytes.indexOf(0xff, at);
    while (at >= 0 && bytes[at + 1] === 0xff) at += 1;
    if (at < 0 || at + 4 > bytes.length) break;
    const marker = bytes[at + 1] ?? 0;
    if (marker === END) break;
    if (!hasLength(marker)) {
      at += 2;
      continue;
    }
    if (marker === SCAN) return frame && layoutOf(frame, bytes[at + 4] ?? 0);
    if (isFrame(marker)) frame ??= readFrame(view, at, PROGRESSIVE.includes(marker));
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  // No scan: what the decoder says of that decides.
  return frame && layoutOf(frame, frame.components.length);
}

/** Neither stuffing, TEM, a restart nor another start of an image. */
function hasLength(marker: number): boolean {
  return marker > 1 && !(marker >= 0xd0 && marker <= 0xd8);
}

function readFrame(view: DataView, at: number, isProgressive: boolean): Frame | undefined {
  if (at + 10 > view.byteLength) return undefined;
  const count = view.getUint8(at + 9);
  if (at + 10 + 3 * count > view.byteLength) return undefined;
  return {
    height: view.getUint16(at + 5),
    width: view.getUint16(at + 7),
    isProgressive,
    components: Array.from({ length: count }, (_, index) => {
      const sampling = view.getUint8(at + 11 + 3 * index);
      return { horizontal: Math.max(1, sampling >> 4), vertical: Math.max(1, sampling & 15) };
    }),
  };
}

function layoutOf({ width, height, isProgressive, components }: Frame, scanned: number): Layout {
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

import { type Layout, streamedBytes } from '../pixels/layout.ts';

const IHDR = 0x49484452;
/** Samples of a pixel by colour type (PNG specification, section 11.2.1), palettes resolved. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };

/** A PNG's header is its first chunk. The seven passes of an interlaced one need the whole picture. */
export function pngLayout(bytes: Uint8Array): Layout | undefined {
  if (bytes.length < 33) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channels = CHANNELS[bytes[25] ?? 0];
  if (view.getUint32(12) !== IHDR || channels === undefined) return undefined;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  // One sample more, for transparency may come in a chunk of its own.
  const pixelBytes = Math.min(4, channels + 1) * (view.getUint8(24) > 8 ? 2 : 1);
  const streamed = streamedBytes(width * pixelBytes, height);
  if (view.getUint8(28) === 0) return { kind: 'png', width, height, heldBytes: streamed };
  return { kind: 'interlaced png', width, height, heldBytes: width * height * pixelBytes + streamed };
}

import { type Layout, streamedBytes } from '../../pixels/layout.ts';
import { av1FrameSize } from './av1-sequence.ts';
import { heifMeta } from './heif-items.ts';
import { announcedSize, gridSizes, largest, streamsOf } from './heif-sizes.ts';

/** Of a pixel of 8 bit a sample, and of 10 or 12 bit; of these 24 were measured. */
const HELD_BYTES = 18;
const DEEP_HELD_BYTES = 26;
/** In the third byte of an `av1C` box (https://aomediacodec.github.io/av1-isobmff). */
const HIGH_BIT_DEPTH = 0x40;

/**
 * The largest picture of an AVIF file: of the sizes that its boxes announce, of the grid that tiles are put together in,
 * and of the AV1 streams themselves, which the decoder allocates by.
 */
export function avifLayout(bytes: Uint8Array): Layout | undefined {
  const meta = heifMeta(bytes);
  if (!meta) return undefined;
  const { view, properties, items } = meta;
  const announced = properties.flatMap((box) => announcedSize(view, box));
  const streams = streamsOf(bytes, items, 'av01');
  const grids = gridSizes(bytes, items);
  if (!streams || !grids || announced.length === 0) return undefined;
  const configured = properties.filter(({ type }) => type === 'av1C');
  const streamed = [
    ...streams,
    // Behind four bytes of its own, the box may hold a sequence header.
    ...configured.map(({ start, end }) => bytes.subarray(start + 4, end)),
  ].flatMap((stream) => av1FrameSize(stream) ?? []);
  const { width, height } = largest([...announced, ...streamed, ...grids]);
  const isDeep = configured.some(
    ({ start, end }) => start + 2 < end && view.getUint8(start + 2) & HIGH_BIT_DEPTH,
  );
  const tile = largest(streamed);
  return {
    kind: 'avif',
    ...{ width, height },
    // Tiles are decoded one by one, and may be named any number of times.
    decodedPixels: Math.max(width * height, tile.width * tile.height * meta.references),
    heldBytes: width * height * (isDeep ? DEEP_HELD_BYTES : HELD_BYTES) + streamedBytes(width * 4, height),
  };
}

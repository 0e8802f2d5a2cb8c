import { av1FrameSize } from './av1-sequence.ts';
import { boxesIn, type IsoBox, type IsoItem, itemsOf } from './iso-boxes.ts';
import { type Layout, streamedBytes } from './layout.ts';
import type { Size } from './pixels.ts';

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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const meta = boxesIn(view, 0, view.byteLength).find(({ type }) => type === 'meta');
  if (!meta) return undefined;
  const parts = boxesIn(view, meta.start + 4, meta.end);
  const items = itemsOf(view, parts);
  const properties = propertiesIn(view, parts);
  const announced = properties.flatMap((box) => announcedSize(view, box));
  const streams = items && streamsOf(bytes, items, 'av01');
  const gridStreams = items && streamsOf(bytes, items, 'grid');
  if (!streams || !gridStreams || announced.length === 0) return undefined;
  const configured = properties.filter(({ type }) => type === 'av1C');
  const streamed = [
    ...streams,
    // Behind four bytes of its own, the box may hold a sequence header.
    ...configured.map(({ start, end }) => bytes.subarray(start + 4, end)),
  ].flatMap((stream) => av1FrameSize(stream) ?? []);
  const grids = gridStreams.flatMap(gridSize);
  const { width, height } = largest([...announced, ...streamed, ...grids]);
  const isDeep = configured.some(
    ({ start, end }) => start + 2 < end && view.getUint8(start + 2) & HIGH_BIT_DEPTH,
  );
  const tile = largest([...streamed, { width: 0, height: 0 }]);
  return {
    kind: 'avif',
    ...{ width, height },
    // Tiles are decoded one by one, and may be named any number of times.
    decodedPixels: Math.max(width * height, tile.width * tile.height * referencesIn(view, parts)),
    heldBytes: width * height * (isDeep ? DEEP_HELD_BYTES : HELD_BYTES) + streamedBytes(width * 4, height),
  };
}

/** What items share: their sizes, and the configurations of their decoders. */
function propertiesIn(view: DataView, parts: readonly IsoBox[]): readonly IsoBox[] {
  return parts
    .filter(({ type }) => type === 'iprp')
    .flatMap(({ start, end }) => boxesIn(view, start, end))
    .filter(({ type }) => type === 'ipco')
    .flatMap(({ start, end }) => boxesIn(view, start, end));
}

function announcedSize(view: DataView, { type, start, end }: IsoBox): Size[] {
  if (type !== 'ispe' || start + 12 > end) return [];
  return [{ width: view.getUint32(start + 4), height: view.getUint32(start + 8) }];
}

/**
 * The bytes of each item of a type, of those that share theirs once.
 *
 * @returns undefined when they are more than four times the file: no writer makes such, and they would take long to read
 */
function streamsOf(
  bytes: Uint8Array,
  items: readonly IsoItem[],
  type: string,
): readonly Uint8Array[] | undefined {
  const distinct = new Map(
    items.filter((item) => item.type === type).map(({ extents }) => [JSON.stringify(extents), extents]),
  );
  const pieces = [...distinct.values()].map((extents) =>
    extents.map(({ start, end }) => bytes.subarray(start, end)),
  );
  const total = pieces.flat().reduce((sum, { length }) => sum + length, 0);
  return total > MAXIMUM_SHARING * bytes.length ? undefined : pieces.map(joined);
}

const MAXIMUM_SHARING = 4;

/** The pieces of an item may lie anywhere. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only, ...others] = pieces;
  if (only && others.length === 0) return only;
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** `ImageGrid` (ISO/IEC 23008-12, 6.6.2.3): rows, columns, and the size in 2 or 4 bytes each. */
function gridSize(grid: Uint8Array): Size[] {
  const isLong = ((grid[1] ?? 0) & 1) === 1;
  if (grid.length < (isLong ? 12 : 8)) return [];
  const view = new DataView(grid.buffer, grid.byteOffset, grid.byteLength);
  return isLong
    ? [{ width: view.getUint32(4), height: view.getUint32(8) }]
    : [{ width: view.getUint16(4), height: view.getUint16(6) }];
}

/** How often items are parts of others. */
function referencesIn(view: DataView, parts: readonly IsoBox[]): number {
  return parts
    .filter(({ type }) => type === 'iref')
    .flatMap(({ start, end }) => {
      const idBytes = view.getUint8(start) === 0 ? 2 : 4;
      return boxesIn(view, start + 4, end).map((box) => Math.max(0, (box.end - box.start) / idBytes - 2));
    })
    .reduce((sum, references) => sum + references, 0);
}

function largest(sizes: readonly Size[]): Size {
  return sizes.reduce((a, b) => ({
    width: Math.max(a.width, b.width),
    height: Math.max(a.height, b.height),
  }));
}

import type { Size } from '../../pixels/pixels.ts';
import type { HeifItem, HeifMeta } from './heif-items.ts';
import type { IsoBox } from './iso-boxes.ts';

/** The size that an `ispe` property announces. */
export function announcedSize(view: DataView, { type, start, end }: IsoBox): Size[] {
  if (type !== 'ispe' || start + 12 > end) return [];
  return [{ width: view.getUint32(start + 4), height: view.getUint32(start + 8) }];
}

/** The sizes of all grids that tiles are put together in; undefined as for {@link streamsOf}. */
export function gridSizes(bytes: Uint8Array, items: readonly HeifItem[]): readonly Size[] | undefined {
  return streamsOf(bytes, items, 'grid')?.flatMap(gridSize);
}

const MAXIMUM_SHARING = 4;

/**
 * The bytes of each item of a type, of those that share theirs once.
 *
 * @returns undefined when they are more than four times the file: no writer makes such, and they would take long to read
 */
export function streamsOf(
  bytes: Uint8Array,
  items: readonly HeifItem[],
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

/** The boxes of an item's properties. */
export function propertiesOf(meta: HeifMeta, id: number): readonly IsoBox[] {
  return (meta.propertiesOf.get(id) ?? []).flatMap((index) => meta.properties[index - 1] ?? []);
}

/** Of width and of height the largest, which need not be those of one of them. */
export function largest(sizes: readonly Size[]): Size {
  return sizes.reduce(
    (a, b) => ({ width: Math.max(a.width, b.width), height: Math.max(a.height, b.height) }),
    { width: 0, height: 0 },
  );
}

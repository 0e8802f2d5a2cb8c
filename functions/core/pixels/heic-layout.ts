import { type HeifMeta, heifMeta } from './heif-items.ts';
import { announcedSize, gridSizes, largest, propertiesOf } from './heif-sizes.ts';
import type { Layout } from './layout.ts';

/** Of a pixel of 8 bit a sample, and of more. */
const HELD_BYTES = 10;
const DEEP_HELD_BYTES = 16;
/** In an `hvcC` box (ISO/IEC 14496-15, 8.3.3.1): where the depth of luma samples lies, less 8. */
const DEPTH_AT = 17;
const DEPTH_MASK = 7;

/**
 * The largest picture of a HEIC file: of the sizes that its boxes announce, and of the grid that tiles are put together in.
 * The HEVC streams may have other sizes; the decoding process ends when they take more memory than these do.
 */
export function heicLayout(bytes: Uint8Array): Layout | undefined {
  const meta = heifMeta(bytes);
  const grids = meta && gridSizes(bytes, meta.items);
  if (!meta || !grids || meta.primary === undefined) return undefined;
  const announced = meta.properties.flatMap((box) => announcedSize(meta.view, box));
  if (announced.length === 0) return undefined;
  const { width, height } = largest([...announced, ...grids]);
  const pixels = width * height;
  return {
    kind: 'heic',
    ...{ width, height },
    decodedPixels: Math.max(pixels, partsPixels(meta)),
    heldBytes: 2 * bytes.length + pixels * (isDeep(meta) ? DEEP_HELD_BYTES : HELD_BYTES),
  };
}

/** Of all parts that pictures are put together of: each may be named any number of times. */
function partsPixels(meta: HeifMeta): number {
  const areas = new Map(
    meta.items.map(({ id }) => {
      const { width, height } = largest(
        propertiesOf(meta, id).flatMap((box) => announcedSize(meta.view, box)),
      );
      return [id, width * height];
    }),
  );
  return meta.derivations.reduce((sum, { to }) => sum + (areas.get(to) ?? 0), 0);
}

function isDeep({ view, properties }: HeifMeta): boolean {
  return properties.some(
    ({ type, start, end }) =>
      type === 'hvcC' && start + DEPTH_AT < end && (view.getUint8(start + DEPTH_AT) & DEPTH_MASK) > 0,
  );
}

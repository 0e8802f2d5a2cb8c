import type { Layout } from '../../pixels/layout.ts';
import { type HeifMeta, heifMeta } from './heif-items.ts';
import { announcedSize, gridSizes, largest, propertiesOf } from './heif-sizes.ts';

/** Of a pixel, and of one with more than 8 bit and more colour samples than 4:2:0 has; 7 to 10 and 13 were measured. */
const HELD_BYTES = 10;
const DEEP_HELD_BYTES = 14;
/** In an `hvcC` box (ISO/IEC 14496-15, 8.3.3.1): the kind of colour samples, and the depth of luma samples, less 8. */
const CHROMA_AT = 16;
const DEPTH_AT = 17;
const DEPTH_MASK = 7;
const CHROMA_MASK = 3;
const CHROMA_420 = 1;

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
  return properties.some(({ type, start, end }) => {
    if (type !== 'hvcC' || start + DEPTH_AT >= end) return false;
    const chroma = view.getUint8(start + CHROMA_AT) & CHROMA_MASK;
    return chroma > CHROMA_420 && (view.getUint8(start + DEPTH_AT) & DEPTH_MASK) > 0;
  });
}

import type { Area, Size } from '../../pixels/pixels.ts';
import { type HeifMeta, heifMeta } from './heif-items.ts';
import { announcedSize, largest, propertiesOf } from './heif-sizes.ts';
import type { IsoBox } from './iso-boxes.ts';

/** A HEIC that is decoded whole, and the part of the upright picture that it then shows; undefined for all of it. */
export interface UncutHeic {
  readonly bytes: Uint8Array;
  readonly crop: Area | undefined;
}

/**
 * Takes the cut (`clap`) out of a HEIC of one coded picture. libheif 1.23.2 takes the size that is left for the stream's, and
 * refuses a stream that is larger.
 */
export function uncutHeic(bytes: Uint8Array): UncutHeic {
  const meta = heifMeta(bytes);
  const item = meta?.items.find(({ id }) => id === meta.primary);
  if (!meta || item?.type !== 'hvc1') return { bytes, crop: undefined };
  const properties = propertiesOf(meta, item.id);
  const cut = properties.find(({ type, start, end }) => type === 'clap' && start + 32 <= end);
  if (!cut) return { bytes, crop: undefined };
  let size = largest(properties.flatMap((box) => announcedSize(meta.view, box)));
  let crop: Area | undefined;
  const uncut = Uint8Array.from(bytes);
  for (const box of properties) {
    if (box === cut) {
      crop = cutArea(meta, box, size);
      writeWhole(uncut, box, size);
    }
    if (box.type === 'irot') [size, crop] = turned(size, crop, turnsOf(meta, box));
    if (box.type === 'imir') crop = crop && mirrored(size, crop, meta.view.getUint8(box.start) & 1);
  }
  return { bytes: uncut, crop };
}

/** `clap` (ISO/IEC 14496-12, 12.1.4): fractions of width, height, and of how far its middle is from the picture's. */
function cutArea({ view }: HeifMeta, { start }: IsoBox, size: Size): Area {
  const fraction = (at: number) => view.getInt32(start + at) / view.getUint32(start + at + 4);
  const span = (length: number, kept: number, offset: number): [number, number] => {
    const first = Math.floor(offset + (length - 1) / 2 - (kept - 1) / 2);
    const from = Math.min(Math.max(0, first), length - 1);
    return [from, Math.max(1, Math.min(length, first + Math.round(kept)) - from)];
  };
  const [left, width] = span(size.width, fraction(0), fraction(16));
  const [top, height] = span(size.height, fraction(8), fraction(24));
  return { left, top, width, height };
}

function writeWhole(bytes: Uint8Array, { start }: IsoBox, { width, height }: Size): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const [index, value] of [width, 1, height, 1, 0, 1, 0, 1].entries())
    view.setUint32(start + 4 * index, value);
}

function turnsOf({ view }: HeifMeta, { start }: IsoBox): number {
  return view.getUint8(start) & 3;
}

/** Anticlockwise, by quarters. */
function turned(size: Size, crop: Area | undefined, quarters: number): [Size, Area | undefined] {
  if (quarters === 0) return [size, crop];
  const once: Size = { width: size.height, height: size.width };
  const area = crop && {
    left: crop.top,
    top: size.width - crop.left - crop.width,
    width: crop.height,
    height: crop.width,
  };
  return turned(once, area, quarters - 1);
}

function mirrored(size: Size, crop: Area, axis: number): Area {
  return axis === 1
    ? { ...crop, left: size.width - crop.left - crop.width }
    : { ...crop, top: size.height - crop.top - crop.height };
}

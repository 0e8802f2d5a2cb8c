import type { Layout } from '../pixels/layout.ts';
import { gifLayout } from './gif-layout.ts';
import { avifLayout } from './heif/avif-layout.ts';
import { heicLayout } from './heif/heic-layout.ts';
import type { AcceptedFormat } from './image-format.ts';
import { jpegLayout } from './jpeg/jpeg-layout.ts';
import { jxlLayout } from './jxl-layout.ts';
import { pngLayout } from './png-layout.ts';
import { tiffLayout } from './tiff/tiff-layout.ts';
import { webpLayout } from './webp-layout.ts';

const LAYOUTS: Record<Exclude<AcceptedFormat, 'svg'>, (bytes: Uint8Array) => Layout | undefined> = {
  jpeg: jpegLayout,
  png: pngLayout,
  webp: webpLayout,
  avif: avifLayout,
  heic: heicLayout,
  jxl: jxlLayout,
  gif: gifLayout,
  tiff: tiffLayout,
};

/**
 * What a picture's own header says that decoding it will take. Read here, in bounded time and memory, before any decoder
 * sees the file: decoders allocate by the header, and reading it is for some of them half of the work.
 *
 * @returns undefined when the header is not whole, or is none
 */
export function pictureLayout(bytes: Uint8Array, format: Exclude<AcceptedFormat, 'svg'>): Layout | undefined {
  return LAYOUTS[format](bytes);
}

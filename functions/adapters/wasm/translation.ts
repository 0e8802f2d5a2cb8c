import { ImageFault } from '../../core/errors.ts';
import { uncutHeic } from '../../core/formats/heif/heic-crop.ts';
import type { Layout } from '../../core/pixels/layout.ts';
import type { Size } from '../../core/pixels/pixels.ts';
import { type DecodingProgram, decodeInProcess } from '../sandbox/decoding-process.ts';

/** The formats that libvips does not read and a WebAssembly decoder does. */
export type TranslatedFormat = 'heic' | 'jxl';

/** A picture in a format that libvips reads, with the same pixels: upright, with its colour profile. */
export interface Translation {
  readonly format: 'tiff' | 'png';
  readonly bytes: Uint8Array;
}

interface TranslationHeader extends Size {
  readonly format: Translation['format'];
  readonly bytes: number;
}

const PROGRAMS: Readonly<Record<TranslatedFormat, DecodingProgram>> = {
  heic: { worker: new URL('./heic-worker.mjs', import.meta.url), noun: 'HEIC image', heapMegabytes: 64 },
  jxl: { worker: new URL('./jxl-worker.mjs', import.meta.url), noun: 'JPEG XL image', heapMegabytes: 64 },
};

/**
 * Processor time that a picture may take: 48 megapixels of HEIC took 3.7 s, 11 megapixels of JPEG XL, which may take no
 * more memory, 4.2 s.
 */
const CPU_SECONDS = 12;
/** What a process holds before it decodes: Node, its decoder, and the machine code of that. Measured: 94 MiB. */
export const PROCESS_BYTES = 96 * 2 ** 20;
/** Above what a picture is expected to take, by which other pictures are let in, the process is ended. */
const SPARE_BYTES = 96 * 2 ** 20;
/** Of a pixel in a translation: four samples of 16 bit. */
const MAXIMUM_PIXEL_BYTES = 8;
/** Of all else in a translation, such as its colour profile. */
const MAXIMUM_EXTRA_BYTES = 2 ** 24;

/**
 * Decodes a picture by WebAssembly in a process of its own: what writes out of bounds there reaches neither credentials
 * nor other pictures, and what never ends is killed. Its CPU is the only one that counts, so it is the same on every
 * platform.
 *
 * @param layout what the picture's own header says
 * @throws {ImageFault} `too-many-pixels` when it is larger than its layout, or takes more memory; `truncated`
 * @throws as {@link decodeInProcess} does
 */
export async function translate(
  bytes: Uint8Array,
  format: TranslatedFormat,
  layout: Layout,
  timeoutSeconds: number,
): Promise<Translation> {
  const memoryBytes = PROCESS_BYTES + SPARE_BYTES + layout.heldBytes;
  const limits = { cpuSeconds: CPU_SECONDS, memoryBytes, timeoutSeconds };
  const uncut = format === 'heic' ? uncutHeic(bytes) : { bytes };
  const { header, data } = await decodeInProcess<TranslationHeader>(
    PROGRAMS[format],
    uncut.bytes,
    limits,
    (translation) => {
      checkTranslation(translation, layout);
      return { bytes: translation.bytes };
    },
    'crop' in uncut && uncut.crop ? JSON.stringify(uncut.crop) : '',
  );
  return { format: header.format, bytes: data };
}

function checkTranslation({ width, height, bytes }: TranslationHeader, layout: Layout): void {
  const pixels = layout.width * layout.height;
  if (width * height <= pixels && bytes <= pixels * MAXIMUM_PIXEL_BYTES + MAXIMUM_EXTRA_BYTES) return;
  const message = `Expected a picture of ${layout.width} x ${layout.height} but received ${width} x ${height}`;
  throw new ImageFault('failed', 'too-many-pixels', message);
}

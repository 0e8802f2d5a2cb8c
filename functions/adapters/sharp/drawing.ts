import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { svgDocument } from '../../core/formats/svg/svg-document.ts';
import { DRAWINGS_AT_ONCE } from '../../core/pixels/pixel-limits.ts';
import { RGB_CHANNELS, type RgbPicture, type Size } from '../../core/pixels/pixels.ts';
import { type DecodingProgram, decodeInProcess } from '../sandbox/decoding-process.ts';
import type { ProcessLimits } from '../sandbox/process-faults.ts';

/** The size that a drawing claims, in pixels, and the number of its channels. */
export interface DrawingHeader extends Size {
  readonly channels: number;
}

export interface Drawing {
  readonly header: DrawingHeader;
  readonly picture: RgbPicture;
}

const PROGRAM: DecodingProgram = {
  worker: new URL('./drawing-worker.mjs', import.meta.url),
  noun: 'drawing',
  // JavaScript's heap holds next to nothing of a drawing.
  heapMegabytes: 64,
  variables: {
    // Of texts in several languages the English one is drawn, wherever that happens.
    LANG: 'en_US.UTF-8',
    FONTCONFIG_FILE: fileURLToPath(new URL('./drawing-font/fonts.conf', import.meta.url)),
    // macOS and Windows have fonts and ways to find them of their own.
    PANGOCAIRO_BACKEND: 'fontconfig',
  },
};

const slots = pLimit(DRAWINGS_AT_ONCE);

/**
 * Draws an SVG in a process of its own. A kilobyte of SVG can ask for hours or gigabytes (10^4 filters by nested
 * references), librsvg cannot be interrupted, and its thread would be one of the four with which Node reads files. All text is
 * drawn in one font that comes along, so that it looks the same on every machine.
 *
 * @param sizeFor the size to draw, for the size that the drawing claims; an error that it throws ends the drawing
 * @throws as {@link decodeInProcess} does
 */
export function renderDrawing(
  svg: Uint8Array,
  sizeFor: (header: DrawingHeader) => Size,
  limits: ProcessLimits,
): Promise<Drawing> {
  return slots(async () => {
    let drawn: Size = { width: 0, height: 0 };
    const { header, data } = await decodeInProcess<DrawingHeader>(
      PROGRAM,
      svgDocument(svg),
      limits,
      (claimed) => {
        drawn = sizeFor(claimed);
        return { ...drawn, bytes: drawn.width * drawn.height * RGB_CHANNELS };
      },
    );
    return { header, picture: { width: drawn.width, height: drawn.height, data } };
  });
}

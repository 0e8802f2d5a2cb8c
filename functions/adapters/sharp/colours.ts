import type { Sharp } from 'sharp';

/** libvips's names of spaces of 16 bits, and of the same in 8. */
const EIGHT_BITS: Readonly<Record<string, string>> = { rgb16: 'srgb', grey16: 'b-w' };

/**
 * Has sharp bring a picture's colours to sRGB by its profile, whatever their depth. It does so by itself for 8 bits. Of 16
 * bits it makes Display P3 by the profile and then hands those numbers out as if they were sRGB, and it passes over a
 * profile of grey (sharp 0.35.5, src/pipeline.cc); so such pictures are made 8 bits deep first, as Pillow does.
 */
export function manageColours(pipeline: Sharp, space: string | undefined): Sharp {
  const eightBits = EIGHT_BITS[space ?? ''];
  return eightBits ? pipeline.pipelineColourspace(eightBits) : pipeline;
}

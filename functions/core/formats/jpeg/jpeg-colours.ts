import { jpegStart } from './jpeg-start.ts';

/** So many times as coarse in one direction as in the other. */
const COARSE = 4;

/**
 * Whether colours would be blurred by a decoder that reduces the picture. libjpeg then takes more of a component's detail only as
 * far as that helps both ways (libjpeg-turbo, jdmaster.c, `jpeg_calc_output_dimensions`), and what is left it repeats: colours that
 * are sampled at every fourth column and every row (4:1:1) are as coarse in the reduced picture, a pixel for 32 at an eighth.
 */
export function hasCoarseColours(bytes: Uint8Array): boolean {
  const components = jpegStart(bytes)?.components ?? [];
  const most = (side: 'horizontal' | 'vertical') =>
    Math.max(...components.map((component) => component[side]));
  const [mostAcross, mostDown] = [most('horizontal'), most('vertical')];
  return components.some(({ horizontal, vertical }) => {
    const [across, down] = [mostAcross / horizontal, mostDown / vertical];
    return Math.max(across, down) >= COARSE * Math.min(across, down);
  });
}

import type { TiffDirectory } from './tiff-directory.ts';
import {
  BLACK_IS_ZERO,
  CMYK,
  COLOUR_SAMPLES,
  JPEG,
  LAB,
  MAXIMUM_SAMPLES,
  PALETTE,
  PREMULTIPLIED_ALPHA,
  TIFF_TAG,
  type TiffHeader,
  WHITE_IS_ZERO,
  YCBCR,
} from './tiff-header.ts';
import { tiffCompressionName, tiffPhotometricName } from './tiff-names.ts';

/**
 * None, the three of CCITT (2, 3, 4, 32771), LZW, deflate (two numbers), PackBits, JPEG, WebP: what libvips 8.18 of sharp
 * 0.35.5 has been seen to read rightly.
 */
const READ_COMPRESSIONS = [1, 2, 3, 4, 5, JPEG, 8, 32771, 32773, 32946, 50001];

const UNSIGNED = 1;
/** "Undefined": counts as unsigned, as libvips has it. */
const VOID = 4;
const SAMPLE_FORMATS: Readonly<Record<number, string>> = {
  2: 'with signed samples',
  3: 'with floating-point samples',
  5: 'with complex samples',
  6: 'with complex samples',
};
const GREY_OR_PALETTE = [WHITE_IS_ZERO, BLACK_IS_ZERO, PALETTE];
const SEPARATE_PLANES = 2;
const CMYK_INKS = 1;
/** libtiff's own conversion knows these (tif_getimage.c, `initYCbCrConversion`). */
const SUBSAMPLINGS = ['1 x 1', '1 x 2', '2 x 1', '2 x 2', '4 x 1', '4 x 2', '4 x 4'];
/** libvips takes no others (tiff2vips.c, "tile size out of range"). */
const TILE_SIDE_UNIT = 16;

/** Why a TIFF is not read; undefined where it is. */
export function tiffRefusal(header: TiffHeader, directory: TiffDirectory): string | undefined {
  const { compression, photometric } = header;
  if (!READ_COMPRESSIONS.includes(compression)) return tiffCompressionName(compression);
  if (COLOUR_SAMPLES[photometric] === undefined) return tiffPhotometricName(photometric);
  return (
    samplesRefusal(header, directory) ?? coloursRefusal(header, directory) ?? planesRefusal(header, directory)
  );
}

function samplesRefusal(
  { samples, bits, photometric, extras }: TiffHeader,
  directory: TiffDirectory,
): string | undefined {
  if (samples > MAXIMUM_SAMPLES) return `of ${samples} samples a pixel`;
  for (let index = 0; index < samples; index++) {
    const format = directory.value(TIFF_TAG.sampleFormat, index) || UNSIGNED;
    if (format !== UNSIGNED && format !== VOID)
      return SAMPLE_FORMATS[format] ?? 'with samples of an unknown kind';
    const own = directory.value(TIFF_TAG.bitsPerSample, index);
    if (own !== undefined && own !== bits) return 'whose samples have different numbers of bits';
  }
  const mayHaveFew = extras.length === 0 && GREY_OR_PALETTE.includes(photometric);
  if (![8, 16].includes(bits) && !(mayHaveFew && [1, 2, 4].includes(bits)))
    return `of ${samples} x ${bits} bits a pixel`;
  return undefined;
}

function coloursRefusal(header: TiffHeader, directory: TiffDirectory): string | undefined {
  const { photometric, samples, compression, subsampling, extras } = header;
  if (samples < (COLOUR_SAMPLES[photometric] ?? 1))
    return `of ${samples} samples a pixel, too few for its colours`;
  if (samples > 2 && photometric <= BLACK_IS_ZERO) return `of ${samples} bands that have no colours`;
  if (photometric === CMYK && (directory.value(TIFF_TAG.inkSet) ?? CMYK_INKS) !== CMYK_INKS)
    return 'of other inks than CMYK';
  if (compression === JPEG) return photometric >= LAB ? tiffPhotometricName(photometric) : undefined;
  const isSubsampled = photometric === YCBCR && subsampling !== '1 x 1';
  if (isSubsampled && (!SUBSAMPLINGS.includes(subsampling) || extras.length > 0 || header.bits > 8))
    return `of YCbCr colours subsampled ${subsampling}`;
  if (photometric >= YCBCR && extras.includes(PREMULTIPLIED_ALPHA))
    return 'of premultiplied colours that are not RGB';
  return undefined;
}

function planesRefusal(
  { samples, photometric, subsampling, compression }: TiffHeader,
  directory: TiffDirectory,
): string | undefined {
  const isSeparate = samples > 1 && directory.value(TIFF_TAG.planarConfiguration) === SEPARATE_PLANES;
  if (isSeparate && photometric === YCBCR && subsampling !== '1 x 1' && compression !== JPEG)
    return 'of subsampled YCbCr colours in separate planes';
  // libvips mixes up the rows of these (tiff2vips.c, `rtiff_stripwise_generate`: its scanline is that of one plane).
  if (isSeparate && GREY_OR_PALETTE.includes(photometric))
    return 'of one colour and others in separate planes';
  const [width, height] = [directory.value(TIFF_TAG.tileWidth), directory.value(TIFF_TAG.tileHeight)];
  if (width === undefined || height === undefined) return undefined;
  if (isSeparate) return 'whose tiles hold a plane each';
  if (width % TILE_SIDE_UNIT !== 0 || height % TILE_SIDE_UNIT !== 0)
    return `of tiles of ${width} x ${height} pixels`;
  return undefined;
}

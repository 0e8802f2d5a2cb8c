import type { Sharp } from 'sharp';
import { ImageFault } from '../../core/errors.ts';
import { uploadedPicture } from '../../core/formats/raw/uploaded-picture.ts';
import { resizeBicubic } from '../../core/pixels/bicubic.ts';
import {
  checkDrawing,
  DEFAULT_PIXEL_LIMITS,
  type PixelLimits,
  pixelLimits,
} from '../../core/pixels/pixel-limits.ts';
import {
  type Area,
  centreSquare,
  centreWindow,
  type PixelDecoder,
  type PixelSpec,
  type Pixels,
  type RgbPicture,
  resizedSize,
  type Size,
  sizeForEncoder,
  uprightSize,
} from '../../core/pixels/pixels.ts';
import { thumbnailWindow } from '../../core/pixels/thumbnail.ts';
import { type DrawingHeader, renderDrawing } from './drawing.ts';
import { asFault, decoded, type PictureUpload, type Upload } from './faults.ts';
import {
  type Header,
  openPicture,
  type PictureSource,
  pictureSource,
  readHeader,
  setUpright,
  stopAfter,
} from './picture.ts';
import { withReadablePicture } from './readable-picture.ts';
import { resize, shrinkOnLoad } from './resize.ts';
import { asThumbnail, thumbnailInHand, thumbnailOfPixels, thumbnailOfSource } from './shown-thumbnail.ts';

export interface SharpDecoderOptions {
  /** Limits on what a picture's header may announce. @default DEFAULT_PIXEL_LIMITS */
  readonly limits?: Partial<PixelLimits>;
  /** After this long a picture is given up, above 0 and up to 3,599. @default 20 */
  readonly timeoutSeconds?: number;
  /** Whether the decoder of HEIC is there. @default true */
  readonly heic?: boolean;
  /** Processor time that drawing an SVG may take, above 0. @default 3 */
  readonly drawingCpuSeconds?: number;
}

/** Several times what the slowest pictures take: 2.8 s for an AVIF of twice the pixels that the limits allow. */
export const DEFAULT_TIMEOUT_SECONDS = 20;
/**
 * An ordinary drawing takes 0.2 s, nearly all of it the start of its process. Drawings wait for one another, so a
 * batch of ten that never end takes half of the function's default timeout of 60 s.
 */
const DEFAULT_DRAWING_CPU_SECONDS = 3;

/**
 * Decodes pictures with libvips to what CLIP's own preprocessing (PIL, torchvision) makes of them: upright, first
 * frame, sRGB, over white, short side resized, centre square (or both sides resized, as the model has it). `decode`
 * rejects with an `ImageFault` for every permanent fault of the picture, `too-slow` among them, and with a retryable
 * `CliptagError` when the machine was short of time or memory. How much is decoded at once is bounded for the whole
 * process.
 */
export function sharpPixelDecoder(options: SharpDecoderOptions = {}): PixelDecoder {
  const settings: Omit<DecoderSettings, 'wantsThumbnail'> = {
    limits: pixelLimits(options.limits),
    timeoutSeconds: options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    drawingCpuSeconds: options.drawingCpuSeconds ?? DEFAULT_DRAWING_CPU_SECONDS,
  };
  return {
    decode: async (bytes, spec, { thumbnail: wantsThumbnail = false } = {}) => {
      const upload = uploadedPicture(bytes);
      const { format } = upload;
      if (format === 'heic' && options.heic === false) throw withoutHeic();
      return format === 'svg'
        ? decodeDrawing(upload, spec, { ...settings, wantsThumbnail })
        : decodePicture({ ...upload, format }, spec, { ...settings, wantsThumbnail });
    },
  };
}

function withoutHeic(): ImageFault {
  const message =
    'Expected an image of another format but received HEIC, whose decoder this deployment leaves out';
  return new ImageFault('unsupported', 'unsupported-format', message);
}

interface DecoderSettings {
  readonly limits: PixelLimits;
  readonly timeoutSeconds: number;
  readonly drawingCpuSeconds: number;
  readonly wantsThumbnail: boolean;
}

async function decodeDrawing(upload: Upload, spec: PixelSpec, settings: DecoderSettings): Promise<Pixels> {
  const { size: side } = spec;
  const { timeoutSeconds, drawingCpuSeconds: cpuSeconds } = settings;
  const sizeFor = (header: DrawingHeader) => {
    checkDrawing(header, side);
    return sizeForEncoder(header, spec);
  };
  const memoryBytes = DEFAULT_PIXEL_LIMITS.maximumHeldBytes;
  const { header, picture } = await asFault(upload, () =>
    renderDrawing(upload.bytes, sizeFor, { cpuSeconds, timeoutSeconds, memoryBytes }),
  );
  const { width, height } = header;
  const pixels = { size: side, data: centreSquare(picture, side), width, height, format: upload.format };
  if (!settings.wantsThumbnail) return pixels;
  const size = spec.resize === 'squash' ? resizedSize(thumbnailWindow(header), side) : undefined;
  return { ...pixels, thumbnail: await asThumbnail(() => thumbnailOfPixels(picture, size)) };
}

async function decodePicture(
  upload: PictureUpload,
  spec: PixelSpec,
  { limits, timeoutSeconds, wantsThumbnail }: DecoderSettings,
): Promise<Pixels> {
  const { size: side } = spec;
  return withReadablePicture(upload, limits, timeoutSeconds, async (reading) => {
    const header = await readHeader(reading);
    const source = await pictureSource(reading, header, timeoutSeconds);
    const upright = await renderUpright(source, header, spec, timeoutSeconds);
    const own = uprightSize(header, header.steps);
    const { width, height } = own;
    const format = upload.container ?? upload.format;
    const pixels = { size: side, data: centreSquare(forEncoder(upright, spec), side), width, height, format };
    if (!wantsThumbnail) return pixels;
    const thumbnail = await asThumbnail(
      () => thumbnailInHand(upright, own, spec) ?? thumbnailOfSource(source, header, timeoutSeconds),
    );
    return { ...pixels, thumbnail };
  });
}

/**
 * A picture that is smaller than the encoder takes is enlarged in JavaScript, to the bit of the reference. Larger than this
 * only squashed ones are, of extreme proportions: these would take seconds, and libvips does as well.
 */
const MAXIMUM_ENLARGED_PIXELS = 2 ** 21;

/**
 * The upright picture, resized; an extremely long one is cut to its centre where only the centre counts. A small one keeps its
 * size: {@link forEncoder} enlarges it.
 */
async function renderUpright(
  source: PictureSource,
  header: Header,
  spec: PixelSpec,
  timeoutSeconds: number,
): Promise<RgbPicture> {
  const window = spec.resize === 'squash' ? { left: 0, top: 0, ...sizeOf(header) } : centreWindow(header);
  const enlarges =
    Math.min(window.width, window.height) < spec.size &&
    window.width * window.height <= MAXIMUM_ENLARGED_PIXELS;
  const { upload } = source;
  const pipeline = openPicture(source);
  // The whole picture is decoded though only a square is kept, so that a truncated one is found wherever it ends.
  const size = sizeForEncoder(window, spec);
  const shrinking = shrinkOnLoad(upload.format, window, size);
  if (!isWholeOf(header, window) || shrinking === 'none') pipeline.extract(window);
  if (!enlarges) resize(pipeline, size, shrinking);
  setUpright(pipeline, header.steps);
  return decoded(upload, () => toRgb(stopAfter(pipeline, timeoutSeconds)));
}

function forEncoder(upright: RgbPicture, spec: PixelSpec): RgbPicture {
  const size = sizeForEncoder(upright, spec);
  const fits = upright.width === size.width && upright.height === size.height;
  return fits ? upright : resizeBicubic(upright, size);
}

async function toRgb(pipeline: Sharp): Promise<RgbPicture> {
  const { data, info } = await pipeline
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

function isWholeOf(size: Size, area: Area): boolean {
  return area.width === size.width && area.height === size.height;
}

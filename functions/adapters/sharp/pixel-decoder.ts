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
  centreSquare,
  type PixelDecoder,
  type PixelSpec,
  type Pixels,
  type RgbPicture,
  resizedSize,
  sizeForEncoder,
  uprightSize,
} from '../../core/pixels/pixels.ts';
import { thumbnailWindow } from '../../core/pixels/thumbnail.ts';
import { type DrawingHeader, renderDrawing } from './drawing.ts';
import { asFault, type PictureUpload, type Upload } from './faults.ts';
import { pictureSource, readHeader } from './picture.ts';
import { withReadablePicture } from './readable-picture.ts';
import { asThumbnail, thumbnailInHand, thumbnailOfPixels, thumbnailOfSource } from './shown-thumbnail.ts';
import { uprightPicture } from './upright-picture.ts';

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
    const upright = await uprightPicture(source, header, spec, timeoutSeconds);
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

/** Enlarges what {@link uprightPicture} has left small. */
function forEncoder(upright: RgbPicture, spec: PixelSpec): RgbPicture {
  const size = sizeForEncoder(upright, spec);
  const fits = upright.width === size.width && upright.height === size.height;
  return fits ? upright : resizeBicubic(upright, size);
}

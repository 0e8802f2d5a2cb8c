import sharp, { type Sharp } from 'sharp';
import { isPictureProfile } from '../../core/formats/colour-profile.ts';
import { gifCondition } from '../../core/formats/gif-condition.ts';
import { transparentGif } from '../../core/formats/gif-layout.ts';
import { pictureLayout } from '../../core/formats/picture-layout.ts';
import { tiffColours } from '../../core/formats/tiff/tiff-colours.ts';
import {
  isTiledTiff,
  type TiffChannels,
  type TiffReading,
  tiffReading,
} from '../../core/formats/tiff/tiff-reading.ts';
import { wholeBytes } from '../../core/formats/wholeness.ts';
import type { Layout } from '../../core/pixels/layout.ts';
import { checkChannels, checkLayout, type PixelLimits } from '../../core/pixels/pixel-limits.ts';
import {
  RGB_CHANNELS,
  type RgbPicture,
  type Size,
  type UprightSteps,
  uprightSteps,
} from '../../core/pixels/pixels.ts';
import { manageColours } from './colours.ts';
import { decoded, listening, notWhole, type PictureUpload, unreadable } from './faults.ts';

// One thread for each picture: a second thread gained nothing with pictures of 2 to 12 megapixels; a second picture at
// once did.
sharp.concurrency(1);
// No picture comes twice, so libvips' cache of operations would only hold memory.
sharp.cache(false);
// Drawings have a process of their own; none may slip into this one.
sharp.block({ operation: ['VipsForeignLoadSvg'] });

/** A picture's size as it is stored, how to set it upright, and its colours. */
export interface Header extends Size {
  readonly steps: UprightSteps;
  /** libvips's name of its colour space. */
  readonly space: string;
  /** Whether its colour profile is none for a picture. */
  readonly ignoresProfile: boolean;
}

/** A picture that libvips decodes: a file, or the pixels that were made of one. */
export interface PictureSource {
  readonly upload: PictureUpload;
  readonly ignoresProfile?: boolean;
  /** Of the file. */
  readonly space?: string;
  readonly rgb?: RgbPicture;
}

/**
 * `failOn: 'error'` refuses what is cut off or fails its checksums and accepts what cameras and editors get wrong
 * without harm to the pixels, such as TIFF tags out of order ('warning' would refuse those; 'truncated' lets a wrong
 * PNG checksum pass). Tiles of a TIFF that cannot be read are errors for 'warning' only. Limits are checked on the header, by
 * format, so sharp's own are off.
 */
export function openPicture({ upload, rgb, ignoresProfile = false, space }: PictureSource): Sharp {
  if (rgb) {
    const raw = { ...sizeOf(rgb), channels: RGB_CHANNELS } as const;
    return listening(sharp(rgb.data, { raw, limitInputPixels: false }));
  }
  const failOn = upload.format === 'tiff' && isTiledTiff(upload.bytes) ? 'warning' : 'error';
  const pipeline = sharp(upload.bytes, {
    failOn,
    limitInputPixels: false,
    limitInputChannels: false,
    ignoreIcc: ignoresProfile,
  });
  return manageColours(listening(pipeline), space);
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

/** What a picture's file says of how to read it. */
export interface PictureReading {
  /** The file as libvips is to see it. */
  readonly upload: PictureUpload;
  readonly layout: Layout;
  /** For a TIFF whose samples are made colours here. */
  readonly channels?: TiffChannels;
  /** Memory that decoding it takes. */
  readonly heldBytes: number;
}

/**
 * How to read a picture and what that will take, by its own header, checked against the limits before any decoder sees the
 * file.
 *
 * @throws {ImageFault} when the header cannot be read, announces too much, or a layout that is not read
 */
export function pictureReading(upload: PictureUpload, limits: PixelLimits): PictureReading {
  const { bytes, channels } = readingOf(upload);
  const layout = pictureLayout(upload.bytes, upload.format);
  if (!layout) throw unreadable(upload, 'its header cannot be read');
  const heldBytes = layout.heldBytes + (channels ? samplesBytes(layout, channels) : 0);
  checkLayout({ ...layout, heldBytes }, limits);
  return {
    layout,
    upload: { ...upload, bytes },
    ...(channels && { channels }),
    heldBytes: decodingBytes(upload, heldBytes),
  };
}

/** The file as libvips is to see it. */
function readingOf({ bytes, format }: PictureUpload): TiffReading {
  if (format === 'tiff') return tiffReading(bytes);
  return { bytes: format === 'gif' ? transparentGif(bytes) : bytes };
}

/** The whole picture as samples, and as colours. */
function samplesBytes({ width, height }: Layout, { extraSamples }: TiffChannels): number {
  return width * height * (2 * RGB_CHANNELS + extraSamples);
}

/** What every picture takes, however small: libvips's own threads and buffers. */
const LEAST_BYTES = 32 * 2 ** 20;

/**
 * Memory that decoding an upload takes: metadata are copied, in a hostile file nearly all of it; so is a TIFF, and a JPEG whose
 * header is changed (`jpeg-steps.ts`).
 */
function decodingBytes({ bytes, format }: PictureUpload, heldBytes: number): number {
  const copies = format === 'jpeg' ? 4 : 3;
  return LEAST_BYTES + copies * bytes.length + heldBytes;
}

/**
 * Looks for what is missing of a picture's data, where its decoder would not warn of that.
 *
 * @throws {ImageFault} `truncated` or `corrupt`
 */
export async function wholeReading(reading: PictureReading): Promise<PictureReading> {
  const { upload } = reading;
  if (upload.format === 'gif') await checkGif(upload);
  const bytes = await wholeBytes(upload.bytes, upload.format, (code, reason) =>
    notWhole(upload, code, reason),
  );
  return { ...reading, upload: { ...upload, bytes } };
}

async function checkGif(upload: PictureUpload): Promise<void> {
  const condition = await gifCondition(upload.bytes);
  if (condition === 'short') throw notWhole(upload, 'corrupt', 'a part of its data is missing');
  if (condition === 'damaged') throw notWhole(upload, 'corrupt', 'its data hold codes that mean nothing');
}

/**
 * Reads a picture's header by its decoder, which must find no larger picture than its layout has.
 *
 * @throws {ImageFault} when it cannot be read, or has too many channels
 */
export async function readHeader({ upload, layout, channels: tiff }: PictureReading): Promise<Header> {
  const { width, height, channels, orientation, space, icc } = await decoded(upload, () =>
    openPicture({ upload }).metadata(),
  );
  if (width * height > layout.width * layout.height) {
    throw unreadable(upload, `its header says ${layout.width} x ${layout.height} and ${width} x ${height}`);
  }
  if (!tiff) checkChannels(channels);
  return {
    width,
    height,
    steps: uprightSteps(upload.orientation ?? orientation),
    space,
    ignoresProfile: !isPictureProfile(icc),
  };
}

/** What is resized: the file itself, or the colours of a TIFF that libvips does not know. */
export async function pictureSource(
  { upload, channels }: PictureReading,
  { ignoresProfile, space }: Header,
  timeoutSeconds: number,
): Promise<PictureSource> {
  if (!channels) return { upload, ignoresProfile, space };
  // A profile speaks of colours, which such samples are not yet.
  const isProfiled = channels.colours === 'rgb' && !ignoresProfile;
  const samples = openPicture({ upload, ignoresProfile: !isProfiled, space }).toColourspace('srgb').raw();
  const { data, info } = await decoded(upload, () =>
    stopAfter(samples, timeoutSeconds).toBuffer({ resolveWithObject: true }),
  );
  if (info.channels !== RGB_CHANNELS + channels.extraSamples) {
    throw unreadable(upload, `it has ${info.channels} channels, not ${RGB_CHANNELS + channels.extraSamples}`);
  }
  return { upload, rgb: await tiffColours({ ...info, data }, channels) };
}

/**
 * Lets libvips stop between two regions of a picture, which frees the thread. A little after `seconds`, when the
 * caller has had its answer from `inPictureSlot`: libvips would name the reason in words only.
 */
export function stopAfter(pipeline: Sharp, seconds: number): Sharp {
  return pipeline.timeout({ seconds: Math.ceil(seconds) + 1 });
}

/**
 * Sets a picture upright by explicit steps: sharp's autoOrient before an `extract` would turn the whole picture in
 * memory.
 */
export function setUpright(pipeline: Sharp, { flip, flop, turnDegrees }: UprightSteps): Sharp {
  pipeline.flip(flip).flop(flop);
  return turnDegrees === 0 ? pipeline : pipeline.rotate(turnDegrees);
}

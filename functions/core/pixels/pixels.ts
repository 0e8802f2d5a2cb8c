/** What a model's manifest asks of its pixels. */
export interface PixelSpec {
  /** Side of the square that the image encoder takes, in pixels. */
  readonly size: number;
  /**
   * - `bicubic`: short side to `size`, then the centre square
   * - `squash`: both sides to `size`, whatever the picture's proportions (SigLIP)
   */
  readonly resize: 'bicubic' | 'squash';
}

/** A picture as the image encoder takes it: a square of its upright, opaque sRGB version. */
export interface Pixels {
  readonly size: number;
  /** RGB, 8 bit, row-major: `[size, size, 3]`. */
  readonly data: Uint8Array;
  /** The picture's own upright width before resizing, in pixels; of a camera RAW file its preview's. */
  readonly width: number;
  /** The picture's own upright height before resizing, in pixels. */
  readonly height: number;
  /** The file's, recognised from the content, in lower case: `jpeg`, `png`, `nef`, … */
  readonly format: string;
  /** Where one was asked for. */
  readonly thumbnail?: Thumbnail;
}

/** A small version of a picture for the eye, WebP; or why there is none. */
export type Thumbnail = { readonly webp: Uint8Array } | { readonly fault: string };

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of a picture, in pixels. */
export interface Area extends Size {
  readonly left: number;
  readonly top: number;
}

/** RGB, 8 bit, row-major: `[height, width, 3]`. */
export interface RgbPicture extends Size {
  readonly data: Uint8Array;
}

export const RGB_CHANNELS = 3;

/**
 * A picture longer than this many times its short side is cut to its centre before it is resized: the crop takes one
 * short side, its bicubic kernel two pixels more, and no camera's panorama is this long. Otherwise an upload of 10,000
 * × 20 pixels would be resized to 112,000 × 224.
 */
const MAXIMUM_ASPECT = 8;

/**
 * Size after resizing the short side to `shortSide`, as torchvision's `Resize` counts it: the long side is cut to an
 * integer (`int(size * long / short)`, torchvision/transforms/functional.py, `_compute_resized_output_size`).
 */
export function resizedSize({ width, height }: Size, shortSide: number): Size {
  return width <= height
    ? { width: shortSide, height: Math.trunc((shortSide * height) / width) }
    : { width: Math.trunc((shortSide * width) / height), height: shortSide };
}

/** Size to which a picture is resized for the encoder, which takes the centre square of that. */
export function sizeForEncoder(picture: Size, { size, resize }: PixelSpec): Size {
  return resize === 'squash' ? { width: size, height: size } : resizedSize(picture, size);
}

/**
 * The part of a picture that is resized: all of it, or the centre of an extremely long one. It keeps the centre where
 * it is, so the crop moves by less than a pixel of the resized picture.
 */
export function centreWindow({ width, height }: Size): Area {
  const [left, windowWidth] = centreSpan(width, MAXIMUM_ASPECT * height);
  const [top, windowHeight] = centreSpan(height, MAXIMUM_ASPECT * width);
  return { left, top, width: windowWidth, height: windowHeight };
}

/** Start and length of the middle of `length`, up to `maximumLength` (one more where only that leaves equal margins). */
export function centreSpan(length: number, maximumLength: number): readonly [start: number, length: number] {
  const margin = Math.max(0, Math.trunc((length - maximumLength) / 2));
  return [margin, length - 2 * margin];
}

/**
 * The centre square of a picture, copied.
 *
 * @param side in pixels, up to the picture's short side
 */
export function centreSquare({ data, width, height }: RgbPicture, side: number): Uint8Array {
  const left = centreOffset(width, side);
  const top = centreOffset(height, side);
  const square = new Uint8Array(side * side * RGB_CHANNELS);
  for (let row = 0; row < side; row++) {
    const start = ((top + row) * width + left) * RGB_CHANNELS;
    square.set(data.subarray(start, start + side * RGB_CHANNELS), row * side * RGB_CHANNELS);
  }
  return square;
}

/**
 * Where torchvision's `CenterCrop` starts: `int(round((length - crop) / 2.0))`, and Python rounds a half to the even
 * neighbour.
 */
export function centreOffset(length: number, crop: number): number {
  const half = (length - crop) / 2;
  const below = Math.floor(half);
  if (half === below) return below;
  return below % 2 === 0 ? below : below + 1;
}

/** How to set a stored picture upright: mirror its rows' order (flip) or columns' (flop), then turn it clockwise. */
export interface UprightSteps {
  readonly flip: boolean;
  readonly flop: boolean;
  readonly turnDegrees: 0 | 90 | 180 | 270;
}

/** EXIF 2.32, tag 0x0112: where the stored picture's row 0 and column 0 lie in the scene. */
const UPRIGHT_STEPS: Readonly<Record<number, UprightSteps>> = {
  2: { flip: false, flop: true, turnDegrees: 0 },
  3: { flip: false, flop: false, turnDegrees: 180 },
  4: { flip: true, flop: false, turnDegrees: 0 },
  5: { flip: false, flop: true, turnDegrees: 270 },
  6: { flip: false, flop: false, turnDegrees: 90 },
  7: { flip: false, flop: true, turnDegrees: 90 },
  8: { flip: false, flop: false, turnDegrees: 270 },
};

/**
 * The steps that set a picture upright.
 *
 * @param orientation EXIF orientation, 1 to 8; viewers take anything else for upright
 */
export function uprightSteps(orientation: number | undefined): UprightSteps {
  return UPRIGHT_STEPS[orientation ?? 1] ?? { flip: false, flop: false, turnDegrees: 0 };
}

/** The size of a picture once it has been set upright. */
export function uprightSize({ width, height }: Size, { turnDegrees }: UprightSteps): Size {
  return turnDegrees % 180 === 0 ? { width, height } : { width: height, height: width };
}

/**
 * Where a part of a stored picture lies once that has been set upright.
 *
 * @param picture size of the stored picture
 */
export function uprightArea(area: Area, picture: Size, { flip, flop, turnDegrees }: UprightSteps): Area {
  const { width, height } = area;
  const right = picture.width - area.left - width;
  const bottom = picture.height - area.top - height;
  const [left, farLeft] = flop ? [right, area.left] : [area.left, right];
  const [top, farTop] = flip ? [bottom, area.top] : [area.top, bottom];
  switch (turnDegrees) {
    case 0:
      return { left, top, width, height };
    case 90:
      return { left: farTop, top: left, width: height, height: width };
    case 180:
      return { left: farLeft, top: farTop, width, height };
    case 270:
      return { left: top, top: farLeft, width: height, height: width };
  }
}

/** Decodes an image's bytes to the pixels that an encoder takes. */
export interface PixelDecoder {
  /**
   * @param options.thumbnail whether a thumbnail is made beside the pixels. @default false
   * @throws {ImageFault} for every permanent fault of the image
   * @throws {CliptagError} retryable, when the machine was short of time or memory
   */
  decode(
    bytes: Uint8Array,
    spec: PixelSpec,
    options?: { readonly thumbnail?: boolean | undefined },
  ): Promise<Pixels>;
}

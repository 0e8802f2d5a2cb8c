import { ImageFault } from '../../errors.ts';
import type { CameraRaw, RawLayout } from './camera-raw.ts';
import { embeddedJpegs } from './embedded-jpegs.ts';
import type { Preview, Previews } from './embedded-preview.ts';
import { canonBoxPreviews } from './raw-canon-boxes.ts';
import { canonHeapPreviews } from './raw-canon-heap.ts';
import { fujifilmPreviews } from './raw-fujifilm.ts';
import { sigmaPreviews } from './raw-sigma.ts';
import { tiffPreviews } from './raw-tiff-previews.ts';

/** A picture that stands for what the camera saw. */
export interface ShownPreview {
  readonly bytes: Uint8Array;
  readonly format: 'jpeg' | 'tiff';
  /** EXIF orientation; undefined where nothing but the picture itself may tell it. */
  readonly orientation: number | undefined;
}

/**
 * The short side of the smallest preview that is taken. The thumbnails that EXIF asks for are 160 × 120 pixels, with
 * black bars above and below pictures of other proportions; the smallest previews of DNGs have 256 × 171 and no bars.
 */
export const MINIMUM_PREVIEW_SIDE = 160;

const PREVIEWS: Record<RawLayout, (bytes: Uint8Array) => Previews> = {
  tiff: tiffPreviews,
  dng: tiffPreviews,
  'canon boxes': canonBoxPreviews,
  'canon heap': canonHeapPreviews,
  fujifilm: fujifilmPreviews,
  sigma: sigmaPreviews,
  unknown: () => ({ previews: [], orientation: undefined, endsEarly: false }),
};

/**
 * The largest preview of a camera RAW file, which the camera itself has developed.
 *
 * @throws {ImageFault} `truncated` when it lies beyond the end of the file; `unsupported-format` when there is none, or
 *   none that is large enough
 */
export function rawPreview(bytes: Uint8Array, raw: CameraRaw): ShownPreview {
  const named = PREVIEWS[raw.layout](bytes);
  const found = largestWhole(named.previews) ? named : withHiddenPreviews(named, bytes, raw);
  const best = largestWhole(found.previews);
  if (!best) throw noPreview(raw, found);
  return {
    bytes: best.content(),
    format: best.format,
    // Where a preview says itself how it lies, that counts, and the RAW's word on it only otherwise: never both.
    orientation: best.orientation ?? found.orientation,
  };
}

/**
 * With previews that the file's own structure does not lead to, such as those in makers' notes. Not those of DNG, which has
 * no such and may hold sensor data as JPEGs of 8 bit.
 */
function withHiddenPreviews(named: Previews, bytes: Uint8Array, { layout }: CameraRaw): Previews {
  return layout === 'dng' ? named : { ...named, previews: [...named.previews, ...embeddedJpegs(bytes)] };
}

function largestWhole(previews: readonly Preview[]): Preview | undefined {
  return previews
    .filter((preview) => preview.isWhole && isLargeEnough(preview))
    .reduce<Preview | undefined>(
      (best, preview) => (areaOf(preview) > areaOf(best) ? preview : best),
      undefined,
    );
}

function areaOf(preview: Preview | undefined): number {
  return preview ? preview.width * preview.height : 0;
}

function isLargeEnough({ width, height }: Preview): boolean {
  return Math.min(width, height) >= MINIMUM_PREVIEW_SIDE;
}

function noPreview({ name }: CameraRaw, { previews, endsEarly, unsupported }: Previews): ImageFault {
  if (endsEarly || previews.some((preview) => !preview.isWhole)) {
    const message = `Expected a whole file of format ${name} but received a truncated one: its preview lies beyond its end`;
    return new ImageFault('failed', 'truncated', message);
  }
  const sizes = new Set(previews.map(({ width, height }) => `${width} x ${height}`));
  const had = [...sizes, ...(unsupported ?? [])];
  const received = had.length === 0 ? 'none' : had.join(', ');
  const expected = `Expected a preview of at least ${MINIMUM_PREVIEW_SIDE} pixels on its short side in a file of format ${name}`;
  return new ImageFault('unsupported', 'unsupported-format', `${expected} but received ${received}`);
}

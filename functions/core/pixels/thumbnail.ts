import { type Area, centreSpan, type Size } from './pixels.ts';

/** A card of a page on a sharp screen; an encoder's picture is a little smaller, and serves as well. */
export const THUMBNAIL_SIDE = 256;
/** Longer pictures are cut to their centre: nobody sees more of a panorama on a card. */
const MAXIMUM_ASPECT = 3;

/** The part of a picture that its thumbnail shows. */
export function thumbnailWindow({ width, height }: Size): Area {
  const [left, windowWidth] = centreSpan(width, MAXIMUM_ASPECT * height);
  const [top, windowHeight] = centreSpan(height, MAXIMUM_ASPECT * width);
  return { left, top, width: windowWidth, height: windowHeight };
}

/** The size of the thumbnail of a part of a picture; small ones are not enlarged. */
export function thumbnailSize({ width, height }: Size): Size {
  const scale = Math.min(1, THUMBNAIL_SIDE / Math.min(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

import type { SearchedImage } from '../image-search.ts';

type Judged = Pick<SearchedImage, 'width' | 'height' | 'corrections'>;

/**
 * Whether a copy may go where the best one of its group stays: nothing is lost with it. Not one that has more pixels, and not
 * one that a person has corrected, even where another such one is kept.
 */
export function mayGo(copy: Judged, best: Judged): boolean {
  return !isCorrected(copy) && pixelsOf(copy) <= pixelsOf(best);
}

/** Whether a person has said something of its labels. */
export function isCorrected({ corrections }: Pick<Judged, 'corrections'>): boolean {
  return corrections !== undefined && corrections.length > 0;
}

function pixelsOf({ width = 0, height = 0 }: Judged): number {
  return width * height;
}

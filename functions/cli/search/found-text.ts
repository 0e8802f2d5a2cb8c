import { shownUnknown } from '../../core/records/shown-unknown.ts';
import type { SearchAnswer, SearchedImage } from '../../core/search/image-search.ts';
import { countText } from '../../terminal/amounts.ts';
import { columns } from '../../terminal/columns.ts';
import { tagsText } from '../../terminal/tags-text.ts';

/** Found images as the terminal shows them. */
export function foundLines(images: readonly SearchedImage[]): string[] {
  const hasScores = images.some(({ score }) => score !== undefined);
  return columns(
    images.map((image) => {
      const { bucket, key, score } = image;
      return [...(hasScores ? [score?.toFixed(2) ?? '-'] : []), `s3://${bucket}/${key}`, aboutText(image)];
    }),
  );
}

/** What is known of an image in a few words. */
function aboutText(image: SearchedImage): string {
  const { status, tags, reason } = image;
  return status === 'tagged'
    ? tagsText(tags, shownUnknown(image))
    : `${status}${reason === undefined ? '' : `: ${reason}`}`;
}

/** What of an answer is shown. */
export interface ShownPart {
  readonly shown: number;
  /** Whether the images that are not relevant were asked for, too. */
  readonly isAll: boolean;
}

/**
 * How many images there are besides the ones that are shown, and how to see them.
 *
 * @example
 * 23 relevant of 1,204; --all shows the rest
 */
export function summaryText(
  { total, beyond }: Pick<SearchAnswer, 'total' | 'beyond'>,
  { shown, isAll }: ShownPart,
): string {
  const all = total + (beyond ?? 0);
  if (all === 0) return 'No images.';
  const reachable = isAll ? all : total;
  if (beyond === undefined && shown < total)
    return `${countText(shown)} of ${countText(total)} images; --limit ${total} shows all`;
  const relevant =
    beyond === undefined
      ? `${countText(total)} ${total === 1 ? 'image' : 'images'}`
      : `${countText(total)} relevant of ${countText(all)}`;
  if (shown < reachable)
    return `${relevant}, ${countText(shown)} shown; --limit ${reachable} shows ${reachable === all ? 'all' : 'these'}`;
  return beyond && !isAll ? `${relevant}; --all shows the rest` : relevant;
}

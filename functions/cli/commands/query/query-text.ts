import type { FoundImage } from '../../../core/records/find-images.ts';
import { countText } from '../../../terminal/amounts.ts';
import { columns } from '../../../terminal/columns.ts';
import { tagsText } from '../../../terminal/tags-text.ts';

/** Says that scores of several models stand side by side, which do not compare, and what to do about it. */
export function modelsRemark(images: readonly FoundImage[], backfillCommand: string): string | undefined {
  const counts = new Map<string, number>();
  for (const { modelDigest = 'unknown' } of images) {
    counts.set(modelDigest, (counts.get(modelDigest) ?? 0) + 1);
  }
  if (counts.size < 2) return undefined;
  const models = [...counts].map(([digest, count]) => `${digest} (${count})`).join(', ');
  return `these images were tagged by different models, whose scores do not compare: ${models}. ${backfillCommand} tags anew what another model has tagged`;
}

/** What was found besides the images that are shown. */
export interface FoundBeyond {
  readonly beyond: number;
  /** Whether that is all that there are. */
  readonly isAll: boolean;
}

/** Found images as the terminal shows them, and how many there are. */
export function humanLines(images: readonly FoundImage[], { beyond, isAll }: FoundBeyond): string[] {
  if (images.length === 0) return ['No images.'];
  const lines = columns(
    images.map(({ score, bucket, key, tags }) => [score.toFixed(2), `s3://${bucket}/${key}`, tagsText(tags)]),
  );
  return beyond === 0 ? lines : [...lines, partText(images.length, images.length + beyond, isAll)];
}

/** E.g. `20 of 111 images; --limit 111 shows all`. */
function partText(shown: number, found: number, isAll: boolean): string {
  const [all, whole] = [countText(found), isAll ? 'all' : 'these'];
  return `${countText(shown)} of ${isAll ? all : `more than ${all}`} images; --limit ${found} shows ${whole}`;
}

import type { FoundImage } from '../../../core/records/find-images.ts';
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

/** Found images as the terminal shows them. */
export function humanLines(images: readonly FoundImage[]): string[] {
  if (images.length === 0) return ['No images.'];
  return columns(
    images.map(({ score, bucket, key, tags }) => [score.toFixed(2), `s3://${bucket}/${key}`, tagsText(tags)]),
  );
}

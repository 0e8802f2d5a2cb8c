import type { FoundImage } from '../../../core/records/find-images.ts';
import { columns } from '../../../terminal/columns.ts';
import { tagsText } from '../../../terminal/tags-text.ts';

/** Found images as the terminal shows them. */
export function humanLines(images: readonly FoundImage[]): string[] {
  if (images.length === 0) return ['No images.'];
  return columns(
    images.map(({ score, bucket, key, tags }) => [score.toFixed(2), `s3://${bucket}/${key}`, tagsText(tags)]),
  );
}

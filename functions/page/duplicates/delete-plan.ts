import type { ImageName } from '../model/address.ts';

/** One address a line; a key that would break the line stands in it as JSON writes it. */
export function deletePlan(images: readonly ImageName[]): string {
  return images.map(({ bucket, key }) => `s3://${bucket}/${key}\n`).join('');
}

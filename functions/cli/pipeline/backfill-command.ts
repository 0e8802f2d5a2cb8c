import { LOCAL_PIPELINE } from '../../local/control-api/local-pipeline.ts';
import type { TablePlace } from './table-flags.ts';

/**
 * The command that has a place's pictures tagged anew by its pipeline's own model, as far as the place tells: words in
 * capitals are for the user to fill in.
 */
export function backfillCommand(place: TablePlace, bucket = onlyBucketOf(place)): string {
  const { stack } = place.kind === 'deployed' ? place : {};
  const region = stack?.region === undefined ? '' : ` --region ${stack.region}`;
  const where = place.kind === 'local' ? '' : ` --stack ${stack?.name ?? 'NAME'}${region}`;
  return `npx cliptag backfill s3://${bucket ?? 'BUCKET'}/${where}`;
}

function onlyBucketOf(place: TablePlace): string | undefined {
  if (place.kind === 'local') return LOCAL_PIPELINE.bucket;
  const [only, ...others] = place.stack?.outputs.BucketNames?.split(',') ?? [];
  return others.length === 0 ? only : undefined;
}

import type { TaggingEnvironmentVariables } from '../../../functions/config.ts';
import { type StoringOptions, shardsOf } from '../../options/table-throughput.ts';

/** The variable that tells a function which writes to the table of its shards, where it is to have several. */
export function shardVariables(options: StoringOptions) {
  const shards = shardsOf(options);
  return {
    ...(shards > 1 && { TABLE_SHARDS: String(shards) }),
  } satisfies Pick<TaggingEnvironmentVariables, 'TABLE_SHARDS'>;
}

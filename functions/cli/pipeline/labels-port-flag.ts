import { LOCAL_PIPELINE } from '../../local/control-api/local-pipeline.ts';
import type { Flag, FlagValues } from '../../terminal/flags.ts';
import { HTTP_PORT_FLAG } from './queue-flags.ts';
import type { TABLE_FLAGS } from './table-flags.ts';

/** Where the local pipeline tells its label sets. */
export const LABELS_PORT_FLAG = {
  ...HTTP_PORT_FLAG,
  about: `The local pipeline's page, which knows its label sets. Default: ${LOCAL_PIPELINE.httpPort}.`,
} as const satisfies Flag;

/** What is wrong with flags that name a pipeline's page where nothing is asked of it. */
export function labelsPortFaults({
  'http-port': port,
  stack,
  table,
  labels,
}: FlagValues<typeof TABLE_FLAGS> & {
  readonly 'http-port'?: string | undefined;
  readonly labels?: readonly string[] | undefined;
}): readonly string[] {
  if (port === undefined) return [];
  if (stack !== undefined || table !== undefined) {
    return ['--http-port is for the local pipeline, not for what is deployed'];
  }
  return labels === undefined ? [] : ['--labels says what labels are called: expected no --http-port'];
}

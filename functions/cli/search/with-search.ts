import { LOCAL_PIPELINE } from '../../local/control-api/local-pipeline.ts';
import { tablePlace } from '../pipeline/table-flags.ts';
import type { OpenedSearch } from './opened-search.ts';
import type { SearchPlaceFlags } from './search-flags.ts';

/**
 * Opens the search that the flags name, and closes it when the work has ended.
 *
 * @throws {CliptagError} `no-pipeline`, `no-table`, `no-access` and others of the table's
 */
export async function withSearch<Answer>(
  flags: SearchPlaceFlags,
  warn: (remark: string) => void,
  work: (search: OpenedSearch) => Promise<Answer>,
): Promise<Answer> {
  const { stack, table: tableName, labels } = flags;
  if (stack === undefined && tableName === undefined) {
    const { pipelineSearch } = await import('./pipeline-search.ts');
    return work(pipelineSearch(Number(flags['http-port'] ?? LOCAL_PIPELINE.httpPort)));
  }
  const place = await tablePlace(flags);
  const [{ askTable }, { withTableSearch }] = await Promise.all([
    import('../pipeline/tag-table.ts'),
    import('./deployed-search.ts'),
  ]);
  return askTable(place, (table) => withTableSearch({ table, place, labels, warn }, work));
}

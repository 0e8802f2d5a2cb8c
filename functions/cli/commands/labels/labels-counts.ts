import type { LabelCount } from '../../../core/search/image-collection.ts';
import { countText } from '../../../terminal/amounts.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import type { OpenedSearch } from '../../search/opened-search.ts';
import { queryFaults, SEARCH_PLACE_FLAGS, searchPlaceFaults } from '../../search/search-flags.ts';
import { withSearch } from '../../search/with-search.ts';
import { tellWrongQuery } from '../../search/wrong-query.ts';
import { JSON_FLAG } from '../../shared-flags.ts';

export const labelsCounts = command({
  usage: `labels counts [QUERY…] [--json]
       cliptag labels counts [QUERY…] --stack NAME [--region REGION] …`,
  about: `Counts the images that carry each label, the most frequent label first; with a QUERY (docs/search.md), those among the images
that fit it. Else it works as \`search\` does.
--json: {"set","label","count"}`,
  example: "labels counts 'prefix:2024/'",
  flags: { ...SEARCH_PLACE_FLAGS, json: JSON_FLAG },
  check: ({ flags, operands }) => [...queryFaults(operands), ...searchPlaceFaults(flags)],
  run: async ({ flags, operands }, output) => {
    const query = operands.join(' ');
    return tellWrongQuery({ program: 'cliptag labels counts', query }, output, async () => {
      const counts = await withSearch(flags, output.remark, (search) => countsOf(search, query));
      for (const line of flags.json
        ? counts.map((count) => JSON.stringify(count))
        : await humanLines(counts)) {
        await output.line(line);
      }
      return EXIT.done;
    });
  },
});

async function countsOf(search: OpenedSearch, query: string): Promise<readonly LabelCount[]> {
  if (query.trim() === '') return search.labelCounts();
  return (await search.search({ query, limit: 1, wantsFacets: true })).facets ?? [];
}

async function humanLines(counts: readonly LabelCount[]): Promise<readonly string[]> {
  if (counts.length === 0) return ['No labels.'];
  const { table } = await import('../../../terminal/columns.ts');
  return table(
    ['IMAGES', 'LABEL', 'LABEL SET'],
    counts.map(({ set, label, count }) => [countText(count), label, set]),
  );
}

import { command } from '../../../terminal/command.ts';
import {
  ANSWER_FLAGS,
  queryFaults,
  SEARCH_PLACE_FLAGS,
  searchFlagFaults,
} from '../../search/search-flags.ts';
import { showAnswer } from '../../search/shown-answer.ts';
import { withSearch } from '../../search/with-search.ts';
import { tellWrongQuery } from '../../search/wrong-query.ts';

const ORDERS = ['best', 'newest', 'oldest', 'name'] as const;
type Order = (typeof ORDERS)[number];

const flags = {
  order: {
    type: 'string',
    value: 'ORDER',
    about: `${ORDERS.join(', ')}. Default: best where the query gives scores, else newest.`,
    completes: ORDERS,
    check: (value: string) => (isOrder(value) ? undefined : `one of ${ORDERS.join(', ')}`),
  },
  ...ANSWER_FLAGS,
  ...SEARCH_PLACE_FLAGS,
} as const;

export const search = command({
  usage: `search QUERY… [--order ORDER] [--limit N] [--all] [--json] [--html FILE] [--open]
       cliptag search QUERY… --stack NAME [--region REGION] …`,
  about: `Finds images by labels, words, place, time and more: docs/search.md has the query language. Of a text it shows the
relevant images; --all shows the others after them. '' finds every image. A part that begins with - goes after --,
and that behind all flags. With --stack this machine reads the whole table, and the next time what has changed; a text
needs the model that has tagged the images (\`cliptag models list\`).
--json: {"bucket","key","status","score","tags":[{"set","label","score"}],…}, as the HTTP API gives an image.
Exit code: 0; 2 when it was asked for wrongly: a query that is not understood, or no pipeline there.`,
  example: `search 'label:dog -people "sunset over water" after:2025-06-01'`,
  flags,
  check: ({ flags: given, operands }) => [
    ...(operands.length > 0 ? [] : ["expected a QUERY ('' finds every image)"]),
    ...queryFaults(operands),
    ...searchFlagFaults(given),
  ],
  run: async ({ flags: given, operands }, output) => {
    const query = operands.join(' ');
    const { html, all, order } = given;
    if (html !== undefined) await (await import('../../pages/page-file.ts')).checkWritable(html);
    const request = { query, isAll: all, order: isOrder(order) ? order : undefined };
    return tellWrongQuery({ program: 'cliptag search', query }, output, () =>
      withSearch(given, output.remark, (opened) =>
        showAnswer(
          opened,
          {
            program: 'cliptag search',
            flags: given,
            ask: (page) => opened.search({ ...request, ...page }),
            titleOf: ({ understood }) => understood || 'All images',
            view: { q: query, order, all },
          },
          output,
        ),
      ),
    );
  },
});

function isOrder(value: string | undefined): value is Order {
  return ORDERS.some((order) => order === value);
}

import { fieldTerm, type LabelName, replaceTerm, termAt } from './query-text.ts';

/** One line below the search box. */
export interface Suggestion {
  readonly kind: 'label' | 'field' | 'recent';
  /** What it is called in the list. */
  readonly text: string;
  /** What is said beside it. */
  readonly remark: string;
  /** The query that it makes, and where the caret stands in it. */
  readonly query: string;
  readonly caret: number;
  /** Whether the query is whole, so that it can be asked at once. */
  readonly isWhole: boolean;
}

interface Known {
  readonly labels: ReadonlyArray<LabelName & { readonly count: number }>;
  readonly recent: readonly string[];
  /** How a query asks for a label. */
  readonly termOf: (label: LabelName) => string;
}

/** What the language knows besides labels and words; docs/search.md has them all. */
const FIELDS: ReadonlyArray<readonly [string, string]> = [
  ['label:', 'carries a label'],
  ['-label:', 'does not carry a label'],
  ['prefix:', 'in a folder, such as prefix:2024/'],
  ['after:', 'taken from a day on, such as after:2025-06-01'],
  ['before:', 'taken before a day'],
  ['on:', 'taken in a year, month or day, such as on:2024-07'],
  ['score>', 'labels with a better score, such as score>0.6'],
  ['size>', 'larger than, such as size>2mp or size>500kb'],
  ['camera:', 'taken with a camera'],
  ['near:', 'taken near a place, such as near:48.85,2.35,10km'],
  ['similar:', 'looks like another picture, by its key'],
  ['status:', 'tagged, failed or unsupported'],
];

const STATUSES = ['tagged', 'failed', 'unsupported'];
const MAXIMUM_SUGGESTIONS = 8;

/** What may be meant at the caret: recent queries for an empty box, else labels, then fields. */
export function suggestionsFor(
  query: string,
  caret: number,
  { labels, recent, termOf }: Known,
): readonly Suggestion[] {
  const whole = (text: string): Suggestion => ({
    ...{ kind: 'recent', text, remark: 'asked before', query: text, caret: text.length, isWhole: true },
  });
  const term = termAt(query, caret);
  const [, minus = '', word = ''] = /^(-?)(.*)$/s.exec(term.text) ?? [];
  const put = (kind: Suggestion['kind'], text: string, remark: string, shown = text): Suggestion => ({
    ...{ kind, text: shown, remark, isWhole: !/[:>]$/.test(text) },
    ...replaceTerm(query, term, text),
  });
  if (word === '') {
    const fields = FIELDS.map(([field, remark]) => put('field', field, remark));
    const often = labels
      .slice(0, 4)
      .map((label) => put('label', minus + termOf(label), countOf(label), label.label));
    if (minus !== '') return often;
    return [...(query.trim() === '' ? recent.slice(0, 4).map(whole) : []), ...often, ...fields].slice(
      0,
      MAXIMUM_SUGGESTIONS,
    );
  }
  const [, value] = /^label:"?(.*?)"?$/s.exec(word) ?? [];
  const status = /^status:(.*)$/.exec(word)?.[1];
  if (status !== undefined)
    return STATUSES.filter((one) => one.startsWith(status)).map((one) =>
      put('field', minus + fieldTerm('status', one), ''),
    );
  const found = matching(labels, value ?? word).map((label) =>
    put('label', minus + termOf(label), countOf(label), label.label),
  );
  const fields =
    value !== undefined ? [] : FIELDS.filter(([field]) => field.startsWith(term.text.toLowerCase()));
  const again = recent.filter((text) => text !== query && text.startsWith(query)).slice(0, 2);
  return [
    ...found,
    ...fields.map(([field, remark]) => put('field', field, remark)),
    ...again.map(whole),
  ].slice(0, MAXIMUM_SUGGESTIONS);
}

function countOf({ set, count }: Known['labels'][number]): string {
  return `${new Intl.NumberFormat('en').format(count)} · ${set}`;
}

/** Labels that begin with what is typed, then those of which a later word does. */
function matching(labels: Known['labels'], typed: string): Known['labels'] {
  const wanted = typed.toLowerCase();
  const begins = labels.filter(({ label }) => label.toLowerCase().startsWith(wanted));
  const later = labels.filter(({ label }) => label.toLowerCase().includes(` ${wanted}`));
  return [...begins, ...later.filter((one) => !begins.includes(one))].slice(0, MAXIMUM_SUGGESTIONS - 2);
}

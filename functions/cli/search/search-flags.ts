import { MAXIMUM_QUERY_LENGTH } from '../../core/search/language/query-limits.ts';
import { checkCount, checkNotEmpty } from '../../terminal/flag-checks.ts';
import type { FlagValues } from '../../terminal/flags.ts';
import { QUEUE_FLAGS } from '../pipeline/queue-flags.ts';
import { TABLE_FLAGS, tableFlagFaults } from '../pipeline/table-flags.ts';
import { JSON_FLAG, LABELS_FLAG } from '../shared-flags.ts';

/** Where images are searched for: in the local pipeline, by its HTTP API, or in a deployed table. */
export const SEARCH_PLACE_FLAGS = {
  stack: TABLE_FLAGS.stack,
  table: TABLE_FLAGS.table,
  region: TABLE_FLAGS.region,
  'http-port': {
    ...QUEUE_FLAGS['http-port'],
    about: "The local pipeline's page, whose API is asked. Default: 3000.",
  },
  labels: {
    ...LABELS_FLAG,
    about: "With --stack or --table: label sets that say what labels are called. Default: Cliptag's own.",
  },
} as const;

export type SearchPlaceFlags = FlagValues<typeof SEARCH_PLACE_FLAGS>;

export const DEFAULT_LIMIT = 20;

/** What becomes of the images that are found. */
export const ANSWER_FLAGS = {
  limit: {
    type: 'string',
    value: 'N',
    about: `Most images, at least 1. Default: ${DEFAULT_LIMIT}.`,
    check: checkCount,
  },
  all: { type: 'boolean', about: 'After the relevant images, show all others too.' },
  cursor: {
    type: 'string',
    value: 'C',
    about: 'Go on where an answer with --json ended.',
    check: checkNotEmpty,
  },
  html: {
    type: 'string',
    value: 'FILE',
    about: 'Also write them as a contact sheet: one HTML page with small pictures.',
    check: checkNotEmpty,
  },
  open: {
    type: 'boolean',
    about: 'Open the contact sheet in a browser; without --html, the page of the local pipeline.',
  },
  json: JSON_FLAG,
} as const;

export type AnswerFlags = FlagValues<typeof ANSWER_FLAGS>;

/** What is wrong with flags that name several places, or half of one. */
export function searchPlaceFaults({
  labels,
  'http-port': port,
  ...place
}: SearchPlaceFlags): readonly string[] {
  const isDeployed = place.stack !== undefined || place.table !== undefined;
  return [
    ...tableFlagFaults(place),
    ...(isDeployed && port !== undefined
      ? ['--http-port is for the local pipeline, not for what is deployed']
      : []),
    ...(!isDeployed && labels !== undefined
      ? ['--labels needs --stack or --table: the local pipeline knows its label sets']
      : []),
  ];
}

/** What is wrong with the words of a query before anybody reads it. */
export function queryFaults(words: readonly string[]): readonly string[] {
  const { length } = words.join(' ');
  const names = Object.keys({ ...ANSWER_FLAGS, ...SEARCH_PLACE_FLAGS });
  // As a part of a query it would be a label that is twice unwanted.
  const flag = words.find((word) => names.some((name) => word === `--${name}`));
  return [
    ...(flag === undefined
      ? []
      : [`${flag} stands after --, where flags are words of the QUERY: expected it before`]),
    ...(length <= MAXIMUM_QUERY_LENGTH
      ? []
      : [`expected a QUERY of at most ${MAXIMUM_QUERY_LENGTH} characters but received ${length}`]),
  ];
}

/** What is wrong with flags that do not go together. */
export function searchFlagFaults(flags: SearchPlaceFlags & AnswerFlags): readonly string[] {
  const isDeployed = flags.stack !== undefined || flags.table !== undefined;
  return [
    ...searchPlaceFaults(flags),
    ...(isDeployed && flags.open && flags.html === undefined
      ? ['--open needs --html with --stack or --table']
      : []),
  ];
}

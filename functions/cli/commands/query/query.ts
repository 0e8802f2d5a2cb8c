import { type FoundImage, findImages, type LabelQuery } from '../../../core/records/find-images.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { checkCount, checkNotEmpty, checkScore } from '../../../terminal/flag-checks.ts';
import { type FlagValues, onlyFlags } from '../../../terminal/flags.ts';
import { backfillCommand } from '../../pipeline/backfill-command.ts';
import { LABELS_PORT_FLAG, labelsPortFaults } from '../../pipeline/labels-port-flag.ts';
import { TABLE_FLAGS, type TablePlace, tableFlagFaults, tablePlace } from '../../pipeline/table-flags.ts';
import { JSON_FLAG, LABELS_FLAG } from '../../shared-flags.ts';

const DEFAULT_LIMIT = 20;
/** So many more are counted: each costs a read of its record. */
const COUNTED_BEYOND = 1_000;

const queryFlags = {
  label: { type: 'string', multiple: true, value: 'L', about: 'A wanted label.', check: checkNotEmpty },
  any: { type: 'boolean', about: 'Any of the labels is enough. Default: all of them.' },
  not: { type: 'string', multiple: true, value: 'L', about: 'An unwanted label.', check: checkNotEmpty },
  'min-score': {
    type: 'string',
    value: 'S',
    about: 'Lowest score of the wanted labels, 0 to 1. Default: 0.',
    check: checkScore,
  },
  prefix: { type: 'string', value: 'P', about: 'Only keys that begin so.' },
  bucket: { type: 'string', value: 'B', about: 'Only this bucket.', check: checkNotEmpty },
  limit: {
    type: 'string',
    value: 'N',
    about: `Most images, at least 1. Default: ${DEFAULT_LIMIT}.`,
    check: checkCount,
  },
  labels: { ...LABELS_FLAG, about: "Label sets that say what labels are called. Default: the pipeline's." },
  ...TABLE_FLAGS,
  'http-port': LABELS_PORT_FLAG,
  json: JSON_FLAG,
} as const;

export const query = command({
  usage: 'query --label L [--label L2 …] [--any] [--not L] [--min-score S] [--prefix P] [--limit N] [--json]',
  about: `Finds images by their labels, best score first. A label is written as in its label set, or as one of its
synonyms, in any letter case, and looked for in every label set that knows it; SET:LABEL names the one that is meant.
Scores of different models do not compare; a remark says when an answer has such.
--json: {"bucket","key","score","width","height","tags":[{"set","label","score"}],"modelDigest","recordedAt"}`,
  example: 'query --label dog --not person --min-score 0.5',
  flags: queryFlags,
  check: ({ flags, operands }) => [
    ...onlyFlags(operands),
    ...(flags.label ? [] : ['expected at least one --label']),
    ...tableFlagFaults(flags),
    ...labelsPortFaults(flags),
  ],
  run: async ({ flags }, output) => {
    const place = await tablePlace(flags);
    const labelQuery = await labelQueryOf(flags, place);
    const { askTable } = await import('../../pipeline/tag-table.ts');
    const limit = Number(flags.limit ?? DEFAULT_LIMIT);
    const counted = limit + (flags.json ? 0 : COUNTED_BEYOND);
    const { images, beyond } = await askTable(place, (table) =>
      firstOf(findImages(labelQuery, table), { limit, counted }),
    );
    if (images.length === 0) {
      const { requireBucket } = await import('../../pipeline/known-bucket.ts');
      await requireBucket(flags.bucket, place, flags);
    }
    const { humanLines, modelsRemark } = await import('./query-text.ts');
    const lines = flags.json
      ? images.map((image) => JSON.stringify(image))
      : humanLines(images, { beyond, isAll: beyond < COUNTED_BEYOND });
    for (const line of lines) await output.line(line);
    const remark = modelsRemark(images, backfillCommand(place, flags.bucket));
    if (remark !== undefined) output.remark(`cliptag query: ${remark}`);
    return EXIT.done;
  },
});

async function labelQueryOf(flags: FlagValues<typeof queryFlags>, place: TablePlace): Promise<LabelQuery> {
  const { labelSetsAtHand } = await import('../../pipeline/label-sets-at-hand.ts');
  const { labelTerms } = await import('./label-terms.ts');
  const labelSets = await labelSetsAtHand(flags.labels, place, flags['http-port']);
  return {
    labels: labelTerms(flags.label ?? [], labelSets),
    match: flags.any ? 'any' : 'all',
    not: labelTerms(flags.not ?? [], labelSets),
    minimumScore: Number(flags['min-score'] ?? 0),
    bucket: flags.bucket,
    prefix: flags.prefix,
  };
}

/** The first images, and how many there are beyond them, of those that are counted. */
async function firstOf(
  found: AsyncIterable<FoundImage>,
  { limit, counted }: { readonly limit: number; readonly counted: number },
): Promise<{ readonly images: readonly FoundImage[]; readonly beyond: number }> {
  const images: FoundImage[] = [];
  let count = 0;
  for await (const image of found) {
    count += 1;
    if (count <= limit) images.push(image);
    if (count === counted) break;
  }
  return { images, beyond: count - images.length };
}

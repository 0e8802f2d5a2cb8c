import { writeNewFile } from '../../../adapters/files/new-file.ts';
import { CliptagError } from '../../../core/errors.ts';
import { printable } from '../../../core/printable.ts';
import { shellWord } from '../../../core/removal-command.ts';
import {
  type DuplicateGroup,
  type DuplicatesRequest,
  MAXIMUM_PAGE_SIZE,
} from '../../../core/search/image-search.ts';
import { quotedWhereNeeded } from '../../../core/search/language/field-condition.ts';
import { countText } from '../../../terminal/amounts.ts';
import { columns } from '../../../terminal/columns.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT, UsageError } from '../../../terminal/exit-code.ts';
import { checkCount, checkNotEmpty } from '../../../terminal/flag-checks.ts';
import { onlyFlags } from '../../../terminal/flags.ts';
import type { OpenedSearch } from '../../search/opened-search.ts';
import {
  DEFAULT_LIMIT,
  queryFaults,
  SEARCH_PLACE_FLAGS,
  searchPlaceFaults,
} from '../../search/search-flags.ts';
import { withSearch } from '../../search/with-search.ts';
import { tellWrongQuery } from '../../search/wrong-query.ts';
import { JSON_FLAG } from '../../shared-flags.ts';
import { aboutText, type DeletePlanOptions, deletePlan } from './delete-plan.ts';

const flags = {
  scene: {
    type: 'boolean',
    about: 'Other shots of the same scene, such as bursts. Default: copies of the same photograph.',
  },
  prefix: { type: 'string', value: 'P', about: 'Only keys that begin so.', check: checkNotEmpty },
  query: {
    type: 'string',
    value: 'QUERY',
    about: 'Only among the images that fit it.',
    check: checkNotEmpty,
  },
  limit: {
    type: 'string',
    value: 'N',
    about: `Most groups, at least 1. Default: ${DEFAULT_LIMIT}; all with --delete-plan.`,
    check: checkCount,
  },
  'delete-plan': {
    type: 'string',
    value: 'FILE',
    about:
      'Also write a shell script that would delete all but the best of each group, to be read and run by you.',
    check: checkNotEmpty,
  },
  json: JSON_FLAG,
  ...SEARCH_PLACE_FLAGS,
} as const;

export const duplicates = command({
  usage: `duplicates [--scene] [--prefix P] [--query QUERY] [--limit N] [--json] [--delete-plan FILE]
       cliptag duplicates --stack NAME [--region REGION] …`,
  about: `Finds groups of images that are copies of the same photograph: smaller, compressed anew, in another format, a little
cropped. The best of each group comes first: one whose labels a person has corrected, then most pixels, then the largest
file, then the sharpest. With --scene it finds shots of the same scene, as a burst makes them. Nothing is deleted:
--delete-plan FILE writes a script, which replaces no file that is there. Its lines for images that were corrected, or
have more pixels than what is kept, are comments.
--json: {"kind","images":[{"bucket","key","width","height","sizeBytes","tags":[…],…}]}, the best image first.
Exit code: 0; 2 when it was asked for wrongly.`,
  example: 'duplicates --prefix 2024/ --delete-plan plan.sh',
  flags,
  check: ({ flags: given, operands }) => [
    ...onlyFlags(operands),
    ...queryFaults([given.query ?? '']),
    ...searchPlaceFaults(given),
  ],
  run: async ({ flags: given, operands: _ }, output) => {
    const plan = given['delete-plan'];
    const query = queryOf(given);
    return tellWrongQuery({ program: 'cliptag duplicates', query }, output, () =>
      withSearch(given, output.remark, async (opened) => {
        const limit = Number(given.limit ?? (plan === undefined ? DEFAULT_LIMIT : Number.MAX_SAFE_INTEGER));
        const request = { kind: given.scene ? 'scene' : 'photo', query } as const;
        const { groups, total } = await foundGroups(opened, request, limit);
        const lines = given.json
          ? groups.map((group) => JSON.stringify(group))
          : [...groups.flatMap(groupText), summary(groups.length, total)];
        for (const line of lines) await output.line(line);
        if (plan !== undefined) {
          const flags = await awsFlags(opened, given);
          await writeNew(plan, deletePlan(groups, { ...flags, date: new Date() }));
          output.remark(`cliptag duplicates: the plan is ${printable(plan)}; nothing has been deleted`);
        }
        return EXIT.done;
      }),
    );
  },
});

function queryOf({ prefix, query }: { prefix?: string | undefined; query?: string | undefined }): string {
  if (prefix === undefined) return query ?? '';
  const restriction = `prefix:${quotedWhereNeeded(prefix)}`;
  return query === undefined ? restriction : `(${query}) ${restriction}`;
}

async function foundGroups(
  opened: Pick<OpenedSearch, 'duplicates'>,
  request: Pick<DuplicatesRequest, 'kind' | 'query'>,
  limit: number,
): Promise<{ readonly groups: readonly DuplicateGroup[]; readonly total: number }> {
  const groups: DuplicateGroup[] = [];
  let [total, cursor]: [number, string | undefined] = [0, undefined];
  do {
    const page = await opened.duplicates({
      ...request,
      limit: Math.min(MAXIMUM_PAGE_SIZE, limit - groups.length),
      cursor,
    });
    groups.push(...page.groups);
    total = page.total;
    cursor = page.cursor;
  } while (cursor !== undefined && groups.length < limit);
  // The total is of groups in memory, some of which are none by their records.
  return { groups: groups.slice(0, limit), total: cursor === undefined ? groups.length : total };
}

/** A group as the terminal shows it, the best one marked. */
function groupText({ images }: DuplicateGroup): string[] {
  const rows = images.map((image, place) => [
    place === 0 ? '* ' : '  ',
    `s3://${image.bucket}/${image.key}`,
    aboutText(image),
  ]);
  return [...columns(rows), ''];
}

function summary(shown: number, total: number): string {
  if (shown === 0) return 'No duplicates.';
  const groups = `${countText(total)} ${total === 1 ? 'group' : 'groups'}`;
  return shown < total ? `${countText(shown)} of ${groups}; --limit ${total} shows all` : groups;
}

/** The local pipeline's endpoint, and the region of what is deployed. */
async function awsFlags(
  { s3Endpoint }: Pick<OpenedSearch, 's3Endpoint'>,
  { region }: { readonly region?: string | undefined },
): Promise<Pick<DeletePlanOptions, 'awsFlags' | 'isLocal'>> {
  const endpoint = await s3Endpoint?.();
  if (endpoint !== undefined) return { awsFlags: `--endpoint-url ${shellWord(endpoint)}`, isLocal: true };
  return { awsFlags: region === undefined ? undefined : `--region ${shellWord(region)}` };
}

/** @throws {UsageError} where a file is already; {@link CliptagError} `not-writable` */
async function writeNew(path: string, text: string): Promise<void> {
  await writeNewFile(path, text).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EEXIST') {
      throw new UsageError([`--delete-plan: ${path} is there already, and is not replaced`]);
    }
    throw new CliptagError('not-writable', `--delete-plan: cannot write ${path} (${cause.code})`, { cause });
  });
}

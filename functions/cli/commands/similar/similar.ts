import { readFile, stat } from 'node:fs/promises';
import { CliptagError } from '../../../core/errors.ts';
import { command } from '../../../terminal/command.ts';
import { UsageError } from '../../../terminal/exit-code.ts';
import { checkNotEmpty } from '../../../terminal/flag-checks.ts';
import { pipedPictureBytes } from '../../images/given-images.ts';
import { STANDARD_INPUT } from '../../images/standard-input.ts';
import { BUCKET_OF_KEY_FLAG, imageUrl } from '../../pipeline/image-operand.ts';
import { tablePlace } from '../../pipeline/table-flags.ts';
import {
  ANSWER_FLAGS,
  queryFaults,
  SEARCH_PLACE_FLAGS,
  searchFlagFaults,
} from '../../search/search-flags.ts';
import { showAnswer } from '../../search/shown-answer.ts';
import { withSearch } from '../../search/with-search.ts';
import { tellWrongQuery } from '../../search/wrong-query.ts';

const flags = {
  query: {
    type: 'string',
    value: 'QUERY',
    about: 'Only among the images that fit it.',
    check: checkNotEmpty,
  },
  ...ANSWER_FLAGS,
  bucket: BUCKET_OF_KEY_FLAG,
  ...SEARCH_PLACE_FLAGS,
} as const;

export const similar = command({
  usage: `similar KEY|s3://BUCKET/KEY|FILE|- [--query QUERY] [--limit N] [--all] [--json] [--html FILE] [--open]
       cliptag similar KEY|s3://BUCKET/KEY|FILE --stack NAME [--region REGION] …`,
  about: `Finds images that show the like of one of them, or of a picture file on this machine, which is not kept. A name that is
that of a file here means the file, unless --bucket is given; - is a picture in standard input. Else it works as \`search\` does.
--json: as \`search\` has it.
Exit code: 0; 1 when there is no such image, or the file is no picture; 2 when it was asked for wrongly.`,
  example: 'similar ~/Pictures/harbour.jpg --query after:2025-01-01',
  operands: 'files',
  flags,
  check: ({ flags: given, operands }) => [
    ...operandFaults(operands),
    ...queryFaults([given.query ?? '']),
    ...searchFlagFaults(given),
  ],
  run: async ({ flags: given, operands: [name = ''] }, output) => {
    const { html, query, all: isAll } = given;
    if (html !== undefined) await (await import('../../pages/page-file.ts')).checkWritable(html);
    const picture = given.bucket === undefined ? await pictureAt(name) : undefined;
    return tellWrongQuery({ program: 'cliptag similar', query: query ?? '' }, output, () =>
      withSearch(given, output.remark, async (opened) => {
        const to = picture ?? imageUrl(name) ?? { bucket: opened.bucketOf(given.bucket), key: name };
        return showAnswer(
          opened,
          {
            program: 'cliptag similar',
            flags: given,
            ask: (page) => opened.similar(to, { query, isAll, ...page }),
            titleOf: () => `Like ${name}`,
            // The page has no address for a picture from elsewhere.
            view: to instanceof Uint8Array ? {} : { similar: to, q: query },
          },
          output,
        ).catch(async (error: unknown) => {
          if (error instanceof CliptagError && error.code === 'no-image' && !(to instanceof Uint8Array)) {
            const { requireBucket } = await import('../../pipeline/known-bucket.ts');
            await requireBucket(to.bucket, await tablePlace(given), given);
          }
          throw error;
        });
      }),
    );
  },
});

function operandFaults([name, ...others]: readonly string[]): readonly string[] {
  if (!name || others.length > 0) return ['expected one KEY, s3://BUCKET/KEY or FILE'];
  return name.startsWith('s3://') && !imageUrl(name)
    ? [`expected s3://BUCKET/KEY but received "${name}"`]
    : [];
}

/** The bytes of a picture file of this name; undefined when there is none. */
async function pictureAt(name: string): Promise<Uint8Array | undefined> {
  if (name === STANDARD_INPUT) return pipedPictureBytes();
  if (imageUrl(name) || !(await stat(name).catch(() => undefined))?.isFile()) return undefined;
  return readFile(name).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError([`cannot read ${name} (${error.code})`]);
  });
}

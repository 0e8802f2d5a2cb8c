import { CliptagError } from '../../../core/errors.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { checkNotEmpty } from '../../../terminal/flag-checks.ts';
import type { Flag } from '../../../terminal/flags.ts';
import { BUCKET_OF_KEY_FLAG, imageNamed, imageOperandFaults } from '../../pipeline/image-operand.ts';
import { LABELS_PORT_FLAG, labelsPortFaults } from '../../pipeline/labels-port-flag.ts';
import { TABLE_FLAGS, tableFlagFaults, tablePlace } from '../../pipeline/table-flags.ts';
import { JSON_FLAG, LABELS_FLAG } from '../../shared-flags.ts';

const labelsFlag = (about: string) =>
  ({ type: 'string', multiple: true, value: 'L', about, check: checkNotEmpty }) as const satisfies Flag;

const flags = {
  add: labelsFlag('A label that the image has; its broader labels come with it.'),
  remove: labelsFlag('A label that it has not.'),
  clear: labelsFlag('A label on which the model is to have its word back.'),
  force: { type: 'boolean', about: 'Take a SET:LABEL that its label set does not know.' },
  bucket: BUCKET_OF_KEY_FLAG,
  labels: { ...LABELS_FLAG, about: "Label sets that say what labels are called. Default: the pipeline's." },
  ...TABLE_FLAGS,
  'http-port': LABELS_PORT_FLAG,
  json: JSON_FLAG,
} as const;

export const correct = command({
  usage: `correct KEY|s3://BUCKET/KEY [--add L] [--remove L] [--clear L] [--json]
       cliptag correct KEY | s3://BUCKET/KEY --add L --stack NAME [--region REGION] …`,
  about: `Says which labels an image has or has not. That wins over the model's tags, at score 1, and outlives retagging,
another upload under the same name and another model; it goes when the image is deleted. What was said of a label last
holds. A label is written as \`query\` takes it; where several label sets know it, SET:LABEL names the one that is meant.
--json: the image record, as \`show\` has it, without the embedding.
Exit code: 0; 1 when there is no such image, or it has no tags; 2 when it was asked for wrongly.`,
  example: 'correct s3://photos/chelsea.png --add kitten --remove dog',
  flags,
  check: ({ flags: { add = [], remove = [], clear = [], ...others }, operands }) => [
    ...imageOperandFaults(operands),
    ...(add.length + remove.length + clear.length > 0
      ? []
      : ['expected at least one --add, --remove or --clear']),
    ...tableFlagFaults(others),
    ...labelsPortFaults(others),
  ],
  run: async ({ flags, operands: [name = ''] }, output) => {
    const place = await tablePlace(flags);
    const { labelSetsAtHand } = await import('../../pipeline/label-sets-at-hand.ts');
    const labelSets = await labelSetsAtHand(flags.labels, place, flags['http-port']);
    const image = imageNamed(name, flags.bucket, place);
    const { askTable } = await import('../../pipeline/tag-table.ts');
    const { correctByNames } = await import('../../../core/records/correct-by-names.ts');
    const { add = [], remove = [], clear = [], force: isForced } = flags;
    const { embedding: _, ...record } = await askTable(place, (table) =>
      correctByNames(image, { add, remove, clear }, { labelSets, isForced, table, now: () => new Date() }),
    ).catch(async (error: unknown) => {
      if (error instanceof CliptagError && error.code === 'no-image') {
        const { requireBucket } = await import('../../pipeline/known-bucket.ts');
        await requireBucket(image.bucket, place, flags);
      }
      throw error;
    });
    if (flags.json) await output.line(JSON.stringify(record));
    else {
      const { correctedLines } = await import('../show/show-text.ts');
      for (const line of correctedLines(record)) await output.line(line);
    }
    return EXIT.done;
  },
});

import { checkNotEmpty } from '../../../../terminal/flag-checks.ts';
import type { Flag, FlagValues } from '../../../../terminal/flags.ts';
import { BUCKET_OF_KEY_FLAG } from '../../../pipeline/image-operand.ts';
import { TABLE_FLAGS } from '../../../pipeline/table-flags.ts';
import { SEARCH_PLACE_FLAGS } from '../../../search/search-flags.ts';
import { JSON_FLAG, MODEL_FLAG } from '../../../shared-flags.ts';
import { sourceFault } from './example-source.ts';

/** Where images are, and which model has embedded them. */
const WORLD_FLAGS = {
  model: {
    ...MODEL_FLAG,
    about:
      'The model, as `models list` shows it, or a model folder. Default: the one that has tagged the stored images.',
  },
  bucket: BUCKET_OF_KEY_FLAG,
  ...TABLE_FLAGS,
  'http-port': SEARCH_PLACE_FLAGS['http-port'],
} as const;

const sourceFlag = (about: string) =>
  ({ type: 'string', multiple: true, value: 'SRC', about, check: sourceFault }) as const satisfies Flag;

/** Of `labels learn`. */
export const LEARN_FLAGS = {
  positive: sourceFlag('Pictures that have the label.'),
  negative: sourceFlag('Pictures that have not; the collection is there to compare with in any case.'),
  'from-corrections': {
    type: 'boolean',
    about:
      'Take what people have corrected as examples, of NAME or of every label of the set that has enough.',
  },
  all: {
    type: 'boolean',
    about: 'Learn every label of FOLDER/LABEL/…; pictures of other folders are negatives.',
  },
  set: {
    type: 'string',
    value: 'FILE|SETNAME',
    about: 'The label set. A FILE that is not there is made. Default: the only one at hand that knows NAME.',
    check: checkNotEmpty,
  },
  replace: { type: 'boolean', about: 'Forget what the label was learned from before.' },
  remove: { type: 'boolean', about: 'Go back to the words, as `labels unlearn` does.' },
  force: { type: 'boolean', about: 'Take it even if it is no better than the words alone.' },
  'dry-run': { type: 'boolean', about: 'Only say what would come of it.' },
  html: { type: 'string', value: 'FILE', about: 'Also write a report: one HTML page.', check: checkNotEmpty },
  ...WORLD_FLAGS,
  json: JSON_FLAG,
} as const;
export type LearnFlags = FlagValues<typeof LEARN_FLAGS>;

import { checkNotEmpty, checkScore } from '../../../../terminal/flag-checks.ts';
import type { FlagValues } from '../../../../terminal/flags.ts';
import { HTTP_PORT_FLAG } from '../../../pipeline/queue-flags.ts';
import { TABLE_FLAGS } from '../../../pipeline/table-flags.ts';
import { JSON_FLAG, LABELS_FLAG, MODEL_FLAG } from '../../../shared-flags.ts';

/** The flags of `cliptag labels calibrate`. */
export const CALIBRATE_FLAGS = {
  from: {
    type: 'string',
    multiple: true,
    value: 'FOLDER|MANIFEST|corrections',
    about: 'Pictures whose labels are known, as `evaluate` takes them, or what people have corrected.',
    check: checkNotEmpty,
  },
  precision: {
    type: 'string',
    value: 'P',
    about:
      'The share of shown tags that is to be right, label by label, e.g. 0.9; without --from, as the scores themselves have it.',
    check: (value: string) =>
      checkScore(value) === undefined && Number(value) > 0 && Number(value) < 1
        ? undefined
        : 'a number above 0 and below 1, e.g. 0.9,',
  },
  'best-f1': {
    type: 'boolean',
    about: 'With --from: thresholds that balance precision and recall. This is the default.',
  },
  labels: {
    ...LABELS_FLAG,
    about:
      "Where SET is looked up. Default: the running pipeline's label sets, else those that come with Cliptag.",
  },
  model: {
    ...MODEL_FLAG,
    about: "The model to calibrate for: a name or folder. Default: the one that made the images' embeddings.",
  },
  prefix: { type: 'string', value: 'P', about: 'Only images whose keys begin so.' },
  bucket: { type: 'string', value: 'B', about: 'Only images of this bucket.', check: checkNotEmpty },
  'no-collection': {
    type: 'boolean',
    about: "Go by the model's own background pictures and --from alone: no table is read.",
  },
  html: {
    type: 'string',
    value: 'FILE',
    about: 'Also write a page with charts, and the pictures around each threshold.',
    check: checkNotEmpty,
  },
  open: { type: 'boolean', about: 'Open that page in a browser.' },
  remove: { type: 'boolean', about: 'Take away what was fitted with this model, and what was learned.' },
  'dry-run': { type: 'boolean', about: 'Only say what would change.' },
  yes: { type: 'boolean', short: 'y', about: 'Write without asking.' },
  ...TABLE_FLAGS,
  'http-port': HTTP_PORT_FLAG,
  json: { ...JSON_FLAG, about: 'Print one JSON object.' },
} as const;

export type CalibrateFlags = FlagValues<typeof CALIBRATE_FLAGS>;

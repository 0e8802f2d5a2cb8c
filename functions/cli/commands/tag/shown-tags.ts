import type { Classifier } from '../../../core/labels/classifier.ts';
import { MAXIMUM_TOP_K } from '../../../core/labels/label-set-schema.ts';
import { checkScore, wholeFrom } from '../../../terminal/flag-checks.ts';
import type { FlagSet, FlagValues } from '../../../terminal/flags.ts';

/** The flags that say which tags are shown, whatever label sets say. */
export const SHOWN_TAG_FLAGS = {
  'min-score': {
    type: 'string',
    value: 'S',
    about:
      'Lowest score that is shown, 0 to 1. Default: as label sets say; of a --label 0.75, 0.7 with --exclusive.',
    check: checkScore,
  },
  top: {
    type: 'string',
    value: 'N',
    about: `Most tags of each label set that are shown, 1 to ${MAXIMUM_TOP_K}. Default: as it says, mostly 5.`,
    check: wholeFrom(1, MAXIMUM_TOP_K),
  },
} as const satisfies FlagSet;

/** A classifier that shows the tags that are asked for: its scores are the same. */
export function showing(
  classifier: Classifier,
  { 'min-score': minimum, top }: FlagValues<typeof SHOWN_TAG_FLAGS>,
): Classifier {
  const topK = top === undefined ? classifier.labelSet.topK : Number(top);
  if (minimum === undefined) return { ...classifier, labelSet: { ...classifier.labelSet, topK } };
  const { fit, labelSet } = classifier;
  const labels = labelSet.labels.map(({ threshold: _, ...label }) => label);
  return {
    ...classifier,
    labelSet: { ...labelSet, labels, topK, minimumScore: Number(minimum) },
    ...(fit && { fit: { ...fit, thresholds: fit.thresholds.map(() => Number.NaN) } }),
  };
}

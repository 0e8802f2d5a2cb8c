import { countText } from '../../../../terminal/amounts.ts';
import { table } from '../../../../terminal/columns.ts';
import type { CalibratedLabel } from './calibrated-label.ts';
import type { CalibratedSet } from './calibrated-set.ts';
import { percentText, sourcesText } from './calibration-words.ts';

/** More labels than these are only counted. */
const SHOWN_LABELS = 20;

/** What a calibration changes, as the terminal shows it. */
export function calibrationLines(set: CalibratedSet): readonly string[] {
  const { name, mode, path, model, labels, images, tagged, tags } = set;
  const hidden = labels.length - SHOWN_LABELS;
  const share = (count: number) => percentText(images.collection === 0 ? null : count / images.collection);
  return [
    `${name} (${mode}, ${path}) with model ${model}: ${sourcesText(set)}.`,
    '',
    ...labelTable(labels),
    ...(hidden > 0 ? [`… and ${countText(hidden)} more labels (--json and --html show all)`] : []),
    ...(images.collection > 0
      ? [
          '',
          `Pictures with a tag: ${share(tagged.before)} before, ${share(tagged.after)} after. Tags: ${countText(tags.before)} before, ${countText(tags.after)} after.`,
        ]
      : []),
  ];
}

function labelTable(labels: readonly CalibratedLabel[]): readonly string[] {
  const isMeasured = labels.some(({ positives, negatives }) => positives + negatives > 0);
  return table(
    [
      ...['LABEL', 'BEFORE', 'AFTER', 'LOWEST SCORE', 'WITHOUT IT'],
      ...(isMeasured ? ['EXAMPLES', 'PRECISION', 'RECALL'] : []),
      'REMARKS',
    ],
    labels.slice(0, SHOWN_LABELS).map((label) => {
      const { shown, minimumScore, null: none, positives, negatives, threshold, remarks } = label;
      const measures = [
        `${positives} of ${positives + negatives}`,
        percentText(threshold?.precision ?? null),
        percentText(threshold?.recall ?? null),
      ];
      return [
        ...[label.label, countText(shown.before), countText(shown.after), minimumScore.toFixed(2)],
        `${none.mean.toFixed(3)} ± ${none.deviation.toFixed(3)}`,
        ...(isMeasured ? measures : []),
        remarks.join('; '),
      ];
    }),
  );
}

/** A calibration for programs: without what only charts need. */
export function calibrationJson({ name: labelSet, labels, ...set }: CalibratedSet) {
  return {
    labelSet,
    ...set,
    labels: labels.map(
      ({
        pictures: _,
        thresholds: _all,
        cosines: _bars,
        scoreMarks: _marks,
        above: _near,
        below: _far,
        ...label
      }) => ({
        ...label,
        ...(label.calibration && {
          calibration: {
            before: label.calibration.before.expectedError,
            after: label.calibration.after.expectedError,
          },
        }),
      }),
    ),
  };
}

import { CALIBRATION_BINS } from '../../../core/evaluation/calibration.ts';
import type { TagQuality } from '../../../core/evaluation/tag-quality.ts';
import { columns } from '../../../terminal/columns.ts';
import { indented } from '../../../terminal/layout.ts';
import type { CandidateResult, Evaluation, TagResult } from './evaluation.ts';

/** Rows that are shown of a list; the rest is for --json and --html. */
const SHOWN_ROWS = 10;

/** An evaluation as the terminal shows it. */
export function evaluationText(evaluation: Evaluation): string[] {
  const { source, model, modelDigest, pictures, millisecondsPerPicture, broken, remarks } = evaluation;
  const speed = `${millisecondsPerPicture.toFixed(1)} ms a picture`;
  return [
    ...columns([[`${source}: ${pictures} pictures, model ${model} ${modelDigest}, ${speed}`]]),
    ...indented(columns(remarks.map((remark) => [remark]))),
    ...list(
      `broken pictures, left out (${broken.length}):`,
      broken.map(({ path, reason }) => [path, reason]),
    ),
    ...evaluation.results.flatMap((result) => ['', ...resultText(result)]),
  ];
}

/** The candidates in words, e.g. `640 own labels`. */
export function candidatesName({ candidates, labelSet, labels }: CandidateResult): string {
  if (candidates === 'label-set') return `label set ${labelSet} (${labels} labels)`;
  return candidates === 'own' ? `${labels} own labels` : `${labels} labels never learned, among themselves`;
}

export function percentText(value: number | null): string {
  return value === null ? '-' : `${(100 * value).toFixed(1)} %`;
}

function resultText(result: CandidateResult): string[] {
  const { pictures, top1, top5, calibration, unknown } = result;
  const left = unknown.reduce((sum, label) => sum + label.pictures, 0);
  const sums = `top-1 ${percentText(top1)}, top-5 ${percentText(top5)}, ECE ${calibration.expectedError.toFixed(3)}`;
  return [
    ...columns([[`${candidatesName(result)}, ${pictures} pictures:`]]),
    ...(pictures > 0 ? [`  ${sums}`] : []),
    ...list(
      `left out, since their labels are none of these (${left} pictures):`,
      unknown.map(({ label, pictures: count }) => [label, String(count)]),
    ),
    ...(pictures > 0 ? tables(result) : []),
  ];
}

function tables(result: CandidateResult): string[] {
  const { tags, perLabel, confusions } = result;
  return [
    ...table('best score', ['pictures', 'mean score', 'right'], calibrationRows(result), CALIBRATION_BINS),
    ...(tags ? tagText(tags) : []),
    ...table(
      'weakest labels',
      ['pictures', 'recall', 'precision'],
      perLabel
        .filter(({ pictures }) => pictures > 0)
        .map(({ label, pictures, recall, precision }) => [
          ...[label, String(pictures), percentText(recall), percentText(precision)],
        ]),
    ),
    ...table(
      'most confused',
      ['with', 'pictures'],
      confusions.map(({ label, predicted, pictures }) => [label, predicted, String(pictures)]),
    ),
  ];
}

function calibrationRows({ calibration }: CandidateResult): string[][] {
  return calibration.bins.map(({ from, to, count, meanScore, right }) => [
    `${from.toFixed(2)} to ${to.toFixed(2)}`,
    ...[String(count), meanScore.toFixed(2), percentText(right)],
  ]);
}

function tagText(tags: TagResult): string[] {
  const row = (name: string, { tagsRight, picturesTagged, picturesRight, tagsPerPicture }: TagQuality) => [
    ...[name, percentText(tagsRight), percentText(picturesTagged), percentText(picturesRight)],
    tagsPerPicture.toFixed(2),
  ];
  const heads = ['tags right', 'tagged', 'with a right tag', 'tags a picture'];
  const rows = [
    row(`${tags.minimumScore} (as it is)`, tags),
    ...tags.byMinimumScore.map((quality) => row(quality.minimumScore.toFixed(2), quality)),
  ];
  return [
    ...table('minimum score', heads, rows, rows.length),
    `  ECE of shown tags ${tags.calibration.expectedError.toFixed(3)}`,
  ];
}

/** A blank line, heads and the first rows; nothing when there are none. */
function table(name: string, heads: readonly string[], rows: string[][], shown = SHOWN_ROWS): string[] {
  if (rows.length === 0) return [];
  return [
    '',
    ...indented(columns([[name, ...heads], ...rows.slice(0, shown)])),
    ...rest(rows.length - shown),
  ];
}

function list(title: string, rows: string[][]): string[] {
  if (rows.length === 0) return [];
  const lines = columns(rows.slice(0, SHOWN_ROWS));
  return [`  ${title}`, ...indented(indented(lines)), ...indented(rest(rows.length - SHOWN_ROWS))];
}

function rest(count: number): string[] {
  return count > 0 ? [`  and ${count} more (--json, --html)`] : [];
}

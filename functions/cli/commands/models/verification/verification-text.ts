import type { CosineSummary } from '../../../../core/evaluation/agreement.ts';
import { columns } from '../../../../terminal/columns.ts';
import { indented } from '../../../../terminal/layout.ts';
import { type Comparison, MEASURE_NAMES, type Verification } from './verification.ts';

/** A verification as the terminal shows it. */
export function verificationText(verification: Verification): string[] {
  const { model, modelDigest, pictures, texts, comparisons, broken } = verification;
  return [
    ...columns([[`${model} ${modelDigest}: ${pictures} pictures, ${texts} texts`]]),
    ...indented(columns(origins(verification))),
    ...section(
      `${broken.length} broken pictures, left out`,
      broken.map(({ path, reason }) => [path, reason]),
    ),
    '',
    ...columns([
      ['cosine', 'count', 'mean', 'least', '1 %', '5 %', 'median'],
      ...comparisons.flatMap(cosineRows),
    ]),
    ...section('same labels as float32', rankRows(comparisons)),
    ...comparisons.flatMap((comparison) =>
      section(`least alike, ${nameOf(comparison)}`, worstRows(comparison)),
    ),
    ...section('bars', judgementRows(verification)),
  ];
}

function origins({ files, float32, reference }: Verification): string[][] {
  const sizes = files.map(({ path, bytes }) => `${path} ${(bytes / 1e6).toFixed(1)} MB`);
  return [
    ['files', `${sizes.join(', ')}: as the manifest says`],
    ...(float32 ? [['float32', float32]] : []),
    ...(reference ? [['reference', `${reference}, made of Pillow's pixels`]] : []),
    ['pixels', "Cliptag's own decoding and resizing"],
  ];
}

function nameOf(comparison: Comparison): string {
  return `${comparison.of} ${MEASURE_NAMES[comparison.with]}`;
}

function cosineRows(comparison: Comparison): string[][] {
  const row = (what: string, { count, mean, minimum, percentile1, percentile5, median }: CosineSummary) => [
    ...[`${what}, ${nameOf(comparison)}`, String(count)],
    ...[mean, minimum, percentile1, percentile5, median].map(cosineText),
  ];
  const { images, texts } = comparison;
  return [...(images ? [row('images', images)] : []), ...(texts ? [row('texts', texts)] : [])];
}

function rankRows(comparisons: readonly Comparison[]): string[][] {
  return comparisons
    .flatMap(({ ranks }) => ranks)
    .map(({ labelSet, labels, top1, top5 }) => [
      `${labelSet} (${labels} labels)`,
      `best label ${percentText(top1)}`,
      `of the best five ${percentText(top5)}`,
    ]);
}

function worstRows({ worst }: Comparison): string[][] {
  return worst.map((pair) => [cosineText(pair.cosine), 'path' in pair ? pair.path : `"${pair.text}"`]);
}

function judgementRows({ judgements }: Verification): string[][] {
  return judgements.map(({ what, bar, value, met }) => [
    ...[met ? 'met' : 'MISSED', what, `${cosineText(value)} (bar ${bar})`],
  ]);
}

/** A blank line, a title and rows; nothing when there are none. */
function section(title: string, rows: string[][]): string[] {
  return rows.length === 0 ? [] : ['', `${title}:`, ...indented(columns(rows))];
}

/** Enough decimals that the difference to 1 shows. */
function cosineText(value: number): string {
  return value.toFixed(5);
}

function percentText(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

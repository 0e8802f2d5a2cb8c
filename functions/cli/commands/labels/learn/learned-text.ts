import type { Find } from '../../../../core/learning/label-finds.ts';
import type { LabelVerdict } from '../../../../core/learning/learned-labels.ts';
import { printable } from '../../../../core/printable.ts';
import { retagCommand } from '../../../../local/control-api/local-pipeline.ts';
import { countText } from '../../../../terminal/amounts.ts';
import { columns, table } from '../../../../terminal/columns.ts';
import { indented } from '../../../../terminal/layout.ts';

/** What came of learning a label, and how many of its examples were known before. */
export interface ToldVerdict extends LabelVerdict {
  readonly earlier: number;
  /** Whether it is, or would be, part of the label set's fit. */
  readonly isTaken: boolean;
}

const VERDICTS: Readonly<Record<LabelVerdict['quality']['verdict'], string>> = {
  better: 'better than the words alone',
  'no better': 'no better than the words alone',
  unknown: 'not measured, since a single example cannot be left out',
};

/** What was learned with what. */
export function aboutLine(
  { set, path, model, modelDigest }: { set: string; path: string; model: string; modelDigest: string },
  label: string | undefined,
): string {
  const what = label === undefined ? `Label set "${set}"` : `Label "${label}" of label set "${set}"`;
  return printable(`${what} (${path}), with model ${model} ${modelDigest}.`);
}

/** One label, in full. */
export function verdictLines({
  positive,
  negative,
  earlier,
  quality,
  finds,
}: ToldVerdict): readonly string[] {
  const before = earlier > 0 ? `; ${countText(earlier)} of them from before` : '';
  const heading = 'Finds first, of what is no example (with the place that each had by the words alone):';
  return [
    `Examples: ${countText(positive)} with it, ${countText(negative)} without${before}.`,
    `Cross-validated: ${qualityText(quality)}.`,
    ...(finds.length === 0 ? [] : [heading]),
    ...indented(findLines(finds)),
  ];
}

/** How learning compares with the words, in a sentence that says what the figures are. */
export function qualityText({ learned, words, folds, verdict }: LabelVerdict['quality']): string {
  if (folds === 0) return VERDICTS[verdict];
  return `an example that was left out stands above ${percentText(learned)} of all other pictures, and above ${percentText(words)} by the words alone: ${VERDICTS[verdict]}`;
}

/** Many labels, a line each. */
export function verdictTable(verdicts: readonly ToldVerdict[]): readonly string[] {
  return table(
    ['LABEL', 'EXAMPLES', 'WORDS', 'LEARNED', 'IS', 'FINDS FIRST'],
    verdicts.map(({ label, positive, quality, isTaken, finds }) => [
      label,
      countText(positive),
      quality.folds > 0 ? percentText(quality.words) : '-',
      quality.folds > 0 ? percentText(quality.learned) : '-',
      `${VERDICTS[quality.verdict]}${isTaken ? '' : ', left to its words'}`,
      finds[0]?.name ?? '-',
    ]),
  );
}

/** A label as `--json` has it. */
export function verdictJson({ earlier, isTaken, ...verdict }: ToldVerdict, about: object): string {
  return JSON.stringify({ ...about, ...verdict, earlier, isTaken });
}

function findLines(finds: readonly Find[]): readonly string[] {
  return columns(
    finds.map(({ name, score, isTag, placeByWords }) => [
      score.toFixed(2),
      name,
      `${countText(placeByWords)}${isTag ? '' : ', too low for a tag'}`,
    ]),
  );
}

function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export interface WrittenFiles {
  readonly path: string;
  readonly fitPath: string;
  readonly version: number;
  readonly newLabels: readonly string[];
  /** That were learned. */
  readonly labels: number;
  readonly stack?: string | undefined;
  /** Whether the local pipeline that runs tags by this file. */
  readonly isUsed: boolean;
  readonly httpPort: number;
}

/** What was written, and what is to be done next. */
export function writtenLines({
  path,
  fitPath,
  version,
  newLabels,
  labels,
  stack,
  isUsed,
  httpPort,
}: WrittenFiles): readonly string[] {
  const added =
    newLabels.length > 0 ? [`Added to ${path}: ${newLabels.map((label) => `"${label}"`).join(', ')}.`] : [];
  const next = nextStep({ path, stack, isUsed, httpPort });
  return [
    ...added,
    `Written: ${fitPath}, version ${version}, ${labels === 1 ? '1 label' : `${countText(labels)} labels`}.`,
    `Next: ${next}.`,
  ].map(printable);
}

function nextStep({
  path,
  stack,
  isUsed,
  httpPort,
}: Pick<WrittenFiles, 'path' | 'stack' | 'isUsed' | 'httpPort'>): string {
  if (stack !== undefined) {
    return `deploy it (npx cdk deploy -c labels=${path}), then npx cliptag retag --stack ${stack} tags all images by it`;
  }
  return isUsed
    ? `the pipeline takes it over by itself; ${retagCommand(httpPort)} tags all images by it`
    : `npx cliptag start --labels ${path} has the pipeline tag by it, and ${retagCommand(httpPort)} --labels ${path} all images`;
}

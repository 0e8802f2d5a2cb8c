import type { LabelSetFile } from '../../../adapters/files/label-set-files.ts';
import type { Finding } from '../../../core/labels/review/finding.ts';
import type { ReviewModel } from '../../../core/labels/review/review.ts';
import type { FindPlace } from '../../../core/labels/written-place.ts';
import { printable, printablePath } from '../../../core/printable.ts';
import { countText } from '../../../terminal/amounts.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import type { Output } from '../../../terminal/output.ts';
import { JSON_FLAG, MODEL_FLAG } from '../../shared-flags.ts';
import type { CheckedLine } from './checked-files.ts';

const flags = {
  model: MODEL_FLAG,
  strict: { type: 'boolean', about: 'Warnings count as faults.' },
  json: JSON_FLAG,
} as const;

export const labelsCheck = command({
  usage: 'labels check FILE|FOLDER… [--model NAME|FOLDER] [--strict] [--json]',
  about: `Says all that is wrong with label sets, with line and column, and then what the model makes of those that can be used:
labels that are one to it, labels that say nothing, synonyms that are another label, prompts that it reads only half, words that it was not
taught, "not", and no place for what is none of the labels. Each is a warning; models/labels/README.md tells how they are found.
--json: {"path","level":"fault"|"warning"|"remark","code"?,"line"?,"column"?,"labels"?,"message"}, one for each.
Exit code: 0; 1 when there are faults, or with --strict warnings; 2 when it was asked for wrongly.`,
  example: 'labels check my-labels.yaml --strict',
  operands: 'files',
  flags,
  check: ({ operands }) => (operands.length === 0 ? ['expected at least one FILE'] : []),
  run: async ({ flags, operands }, output) => {
    const { checkedFiles } = await import('./checked-files.ts');
    const { found, lines } = await checkedFiles(operands);
    const warnings = found.length > 0 ? await warningsOf(found, flags.model) : [];
    const all = [...lines, ...warnings];
    for (const line of all) await output.line(flags.json ? JSON.stringify(line) : humanLine(line));
    if (!flags.json) await summary(found, all, output);
    const bad = all.filter(({ level }) => level === 'fault' || (flags.strict && level === 'warning'));
    return bad.length > 0 ? EXIT.failed : EXIT.done;
  },
});

async function warningsOf(
  found: readonly LabelSetFile[],
  model: string | undefined,
): Promise<readonly CheckedLine[]> {
  const { labelSetPlaces } = await import('../../../adapters/files/label-set-places.ts');
  const { reviewOf } = await import('../../../core/labels/review/review.ts');
  return withModel(model, async (reviewModel) => {
    const lines: CheckedLine[] = [];
    for (const { path, labelSet } of found) {
      const findings = await reviewOf(labelSet, reviewModel);
      const placeOf = findings.length > 0 ? await labelSetPlaces(path) : () => undefined;
      lines.push(...findings.map((finding) => warning(path, finding, placeOf)));
    }
    return lines;
  });
}

async function withModel<Answer>(
  model: string | undefined,
  work: (model: ReviewModel) => Promise<Answer>,
): Promise<Answer> {
  const { openReviewModel } = await import('../../../tagger/review-model.ts');
  const opened = await openReviewModel(model);
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

function warning(
  path: string,
  { code, path: part, labels, message }: Finding,
  placeOf: FindPlace,
): CheckedLine {
  const { line, column } = placeOf(part) ?? {};
  return {
    path,
    level: 'warning',
    code,
    ...(line !== undefined && column !== undefined && { line, column }),
    labels,
    message,
  };
}

function humanLine({ path, level, code, line, column, message }: CheckedLine): string {
  // The text of a fault names its place itself.
  const place = level === 'warning' && line !== undefined ? `:${line}:${column}` : '';
  const start = path === undefined ? '' : `${printablePath(path)}${place}: `;
  return `${start}${level === 'fault' ? '' : `${level}: `}${printable(message)}${code ? ` [${code}]` : ''}`;
}

async function summary(
  found: readonly LabelSetFile[],
  lines: readonly CheckedLine[],
  output: Output,
): Promise<void> {
  const count = (wanted: CheckedLine['level']) => lines.filter(({ level }) => level === wanted).length;
  const labels = found.reduce((sum, { labelSet }) => sum + labelSet.labels.length, 0);
  const counts = [several(count('fault'), 'fault'), several(count('warning'), 'warning')].join(', ');
  await output.line(
    `${several(found.length, 'label set')} with ${several(labels, 'label')} can be used: ${counts}.`,
  );
}

function several(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

import type { Tag } from '../../../core/labels/scores.ts';
import { printable } from '../../../core/printable.ts';
import type { RetagFindings, SweepTally } from '../../../core/retag/findings.ts';
import type { ChangedImage, RetagTally } from '../../../core/retag/tally.ts';
import { columns } from '../../../terminal/columns.ts';
import { backfillCommand } from '../../pipeline/backfill-command.ts';
import type { TablePlace } from '../../pipeline/table-flags.ts';

/** More labels than these are only counted. */
const SHOWN_LABELS = 20;

/** What would change, as the terminal shows it. */
export function planLines(tally: PlannedTally): string[] {
  return [imagesLine(tally), ...movedLines(tally), ...changeLines(tally)];
}

type PlannedTally = RetagTally & Pick<RetagFindings, 'omittedLabels' | 'moved'>;

/** Of a table whose partitions have been divided further since. */
function movedLines({ moved = 0 }: PlannedTally): string[] {
  return moved === 0 ? [] : [`Shards: ${moved} images move to others than they were written to.`];
}

/** The tags that change, label by label, with examples. */
export function changeLines({ labels, examples, omittedLabels = 0 }: PlannedTally): string[] {
  const total = (kind: 'added' | 'removed' | 'rescored') =>
    labels.reduce((sum, label) => sum + label[kind], 0);
  const hidden = Math.max(0, labels.length - SHOWN_LABELS) + omittedLabels;
  const table = columns([
    ['label', 'added', 'removed', 'other score'],
    ...labels
      .slice(0, SHOWN_LABELS)
      .map(({ set, label, ...counts }) => [
        `${set}:${label}`,
        ...[counts.added, counts.removed, counts.rescored].map(String),
      ]),
  ]);
  return [
    `Tags: ${total('added')} added, ${total('removed')} removed, ${total('rescored')} with another score.`,
    ...(labels.length === 0 ? [] : ['', ...table]),
    ...(hidden > 0 ? [`… and ${hidden} more labels`] : []),
    ...(examples.length === 0 ? [] : ['', 'For example:', ...examples.map(exampleLine)]),
  ];
}

function imagesLine({ images, changed, noted, right, foreign }: RetagTally): string {
  const others = Object.values(foreign).reduce((sum, count) => sum + count, 0);
  return [
    `Images: ${images} with tags. ${changed} change`,
    `${noted} keep their tags under other label sets`,
    `${right} are right already`,
    ...(others > 0 ? [`${others} cannot be retagged`] : []),
  ].join(', ');
}

function exampleLine({ bucket, key, added, removed, rescored }: ChangedImage): string {
  const part = (sign: string, tags: readonly Tag[]) =>
    tags.map(({ set, label, score }) => `${sign}${set}:${printable(label)} ${score.toFixed(2)}`);
  const parts = [...part('+', added), ...part('-', removed), ...part('=', rescored)];
  const name = bucket === '' ? key : `s3://${bucket}/${key}`;
  return `  ${printable(name)}  ${parts.join('  ')}`;
}

/** Why some images stay as they are, and what to do about it. */
export function foreignLines({ foreign }: RetagTally, modelDigest: string, remedy: string): string[] {
  return Object.entries(foreign).map(([digest, count]) => {
    const what = digest === '' ? 'no embedding' : `an embedding of model ${digest}`;
    return (
      `${count} tagged images have ${what} and stay as they are: the label sets were compiled for model ${modelDigest}. ` +
      remedy
    );
  });
}

/** How images of other models come to be of the pipeline's, as a sentence. */
export function foreignRemedy(place: TablePlace, bucket: string | undefined): string {
  const command = backfillCommand(place, bucket);
  if (place.kind === 'local') {
    return `cliptag start tags them anew by itself, unless it has --no-reembed, and so does ${command}`;
  }
  return place.stack
    ? `To have their pictures read again by the stack's model: ${command}`
    : `Name their model with --model, or have their pictures read again by a stack of this model: ${command}`;
}

/** What became of the label entries that no image record confirmed. */
export function sweepLine({ stale, awaited }: SweepTally, verb: 'removed' | 'found'): string {
  const waiting =
    awaited === 0 ? '' : `; ${awaited} belong to events that have not come to their end, and stay`;
  return `Stale label entries: ${stale} ${verb}${waiting}.`;
}

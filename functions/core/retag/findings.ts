import { identityOf, type LabelChanges, labelsByChanges, type RetagTally } from './tally.ts';

/** Label entries that no image record confirms. */
export interface SweepTally {
  /** No record will ever rely on them. */
  readonly stale: number;
  /** Put for events that have not been worked off: the queue delivers these again, and their runs settle the entries. */
  readonly awaited: number;
}

/** What retagging has found, and done unless it was only planned. */
export interface RetagFindings extends RetagTally, SweepTally {
  /** Number of labels left out of `labels` for want of room. @default 0 */
  readonly omittedLabels?: number;
  /** Tagged images that the index and their labels have in other shards than new ones. @default 0 */
  readonly moved?: number;
}

/** The findings of several parts of a table as those of one: counts are added up, the first examples are kept. */
export function mergedFindings(parts: readonly RetagFindings[]): RetagFindings {
  const total = (count: (part: RetagFindings) => number) => parts.reduce((sum, part) => sum + count(part), 0);
  const foreign: Record<string, number> = {};
  const labels = new Map<string, LabelChanges>();
  for (const part of parts) {
    for (const [digest, images] of Object.entries(part.foreign)) {
      foreign[digest] = (foreign[digest] ?? 0) + images;
    }
    for (const label of part.labels) {
      const before = labels.get(identityOf(label));
      labels.set(identityOf(label), before ? bothChanges(before, label) : label);
    }
  }
  const omittedLabels = total((part) => part.omittedLabels ?? 0);
  const moved = total((part) => part.moved ?? 0);
  return {
    images: total(({ images }) => images),
    changed: total(({ changed }) => changed),
    noted: total(({ noted }) => noted),
    right: total(({ right }) => right),
    foreign,
    labels: labelsByChanges(labels.values()),
    examples: parts.flatMap(({ examples }) => examples).slice(0, EXAMPLES),
    stale: total(({ stale }) => stale),
    awaited: total(({ awaited }) => awaited),
    ...(moved > 0 && { moved }),
    ...(omittedLabels > 0 && { omittedLabels }),
  };
}

const EXAMPLES = 5;

function bothChanges(a: LabelChanges, b: LabelChanges): LabelChanges {
  return {
    ...a,
    added: a.added + b.added,
    removed: a.removed + b.removed,
    rescored: a.rescored + b.rescored,
  };
}

/** The findings with as many of the most changed labels as fit into `maximumLabelBytes` of JSON. */
export function boundedFindings(findings: RetagFindings, maximumLabelBytes: number): RetagFindings {
  let bytes = 0;
  const kept = findings.labels.filter((label) => {
    bytes += Buffer.byteLength(JSON.stringify(label)) + 1;
    return bytes <= maximumLabelBytes;
  });
  const omittedLabels = (findings.omittedLabels ?? 0) + findings.labels.length - kept.length;
  return { ...findings, labels: kept, ...(omittedLabels > 0 && { omittedLabels }) };
}

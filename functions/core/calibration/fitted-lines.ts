import { narrowerLabels } from '../labels/label-names.ts';
import type { LabelSet } from '../labels/label-set.ts';
import { examplesOf, type LabelledBasis, seenOf } from './label-examples.ts';
import { boundedCurve, ISOTONIC_PICTURES, type LabelLine, labelLine } from './label-line.ts';
import type { LogisticLine } from './logistic-line.ts';
import { sharedSoftmax, UNFITTED_SOFTMAX } from './shared-softmax.ts';
import type { UnlabelledLine } from './unlabelled-line.ts';

/** What all fits of a calibration start from, whichever of the labelled pictures they may look at. */
export interface CalibrationBasis {
  readonly labelSet: LabelSet;
  /** In the label set's order. */
  readonly unlabelled: readonly UnlabelledLine[];
  readonly noneOfThese: UnlabelledLine | undefined;
  readonly labelled?: LabelledBasis | undefined;
}

export interface FittedLines {
  /** In the label set's order. */
  readonly lines: readonly LabelLine[];
  readonly noneOfThese?: LogisticLine | undefined;
  readonly unknownLogit: number;
}

/** @param isSeen which of the labelled pictures may be looked at */
export function fittedLines(basis: CalibrationBasis, isSeen: (picture: number) => boolean): FittedLines {
  const { labelSet, unlabelled, noneOfThese, labelled } = basis;
  const { unknownLogit } = UNFITTED_SOFTMAX;
  if (!labelled) {
    const lines = unlabelled.map(({ slope, offset }) => ({ method: 'unlabelled' as const, slope, offset }));
    return { lines, noneOfThese, unknownLogit };
  }
  const seen = {
    ...labelled,
    known: labelled.known.map((some) => seenOf(some, isSeen)),
  };
  const isExclusive = labelSet.mode === 'exclusive';
  const lines = unlabelled.map((line, label) => labelLine(line, examplesOf(seen, label), !isExclusive));
  return isExclusive ? sharedLines(basis, seen, lines, isSeen) : { lines, noneOfThese, unknownLogit };
}

/** Lines of labels that share a softmax. */
function sharedLines(
  { labelSet, noneOfThese }: CalibrationBasis,
  labelled: LabelledBasis,
  lines: readonly LabelLine[],
  isSeen: (picture: number) => boolean,
): FittedLines {
  const pictures = knownPictures(labelSet, labelled, isSeen).map(({ picture, positive }) => ({
    logits: logitsOf(picture, labelled, lines, noneOfThese),
    positive,
  }));
  const { scale, unknownLogit } = sharedSoftmax(pictures);
  const fitted = {
    lines: lines.map((line) => scaled(line, scale)),
    noneOfThese: noneOfThese && scaled(noneOfThese, scale),
    unknownLogit,
  };
  return { ...fitted, lines: withCurves(labelSet, labelled, fitted) };
}

function scaled<Line extends LogisticLine>(line: Line, scale: number): Line {
  return { ...line, slope: scale * line.slope, offset: scale * line.offset };
}

/**
 * A labelled picture of an exclusive set that has some of its labels, or has none for certain, and that no label was learned
 * from: it would make the labels look further apart than they are.
 */
export interface KnownPlaces {
  readonly picture: number;
  /** Places of the labels that are true of it. */
  readonly positive: readonly number[];
}

export function knownPictures(
  { labels }: LabelSet,
  { images, learned }: Pick<LabelledBasis, 'images' | 'learned'>,
  isSeen: (picture: number) => boolean,
): readonly KnownPlaces[] {
  const places = new Map(labels.map(({ name }, place) => [name, place]));
  return images.known.flatMap(({ positive, negative }, picture): KnownPlaces[] => {
    if (!isSeen(picture) || learned.has(picture)) return [];
    const own = [...positive].flatMap((name) => places.get(name) ?? []);
    const hasNone = own.length === 0 && labels.every(({ name }) => negative.has(name));
    return own.length > 0 || hasNone ? [{ picture, positive: own }] : [];
  });
}

/** Of every label, and of "none of these" behind them. */
export function logitsOf(
  picture: number,
  { cosines, rowCount }: LabelledBasis,
  lines: readonly LogisticLine[],
  noneOfThese: LogisticLine | undefined,
): Float64Array {
  const all = noneOfThese ? [...lines, noneOfThese] : lines;
  return Float64Array.from(
    all,
    ({ slope, offset }, row) => slope * (cosines[picture * rowCount + row] ?? 0) + offset,
  );
}

/**
 * Isotonic curves by the log odds of a label's share, where there are pictures enough. A broader label's own share stands for
 * what is none of its narrower ones, whose scores it gets besides.
 */
function withCurves(
  labelSet: LabelSet,
  labelled: LabelledBasis,
  { lines, noneOfThese, unknownLogit }: FittedLines,
): readonly LabelLine[] {
  return lines.map((line, label) => {
    const { pictures, isPositive } = labelled.known[label] ?? { pictures: [], isPositive: [] };
    const narrower = narrowerLabels(labelSet.labels[label]?.name ?? '', labelSet);
    const isOwn = Uint8Array.from(pictures, (picture, i) => {
      const has = (name: string) => labelled.images.known[picture]?.positive.has(name) ?? false;
      return isPositive[i] && !narrower.some(has) ? 1 : 0;
    });
    const own = isOwn.reduce((sum, value) => sum + value, 0);
    if (Math.min(own, isOwn.length - own) < ISOTONIC_PICTURES) return line;
    const logOdds = Float64Array.from(pictures, (picture) =>
      shareLogOdds(logitsOf(picture, labelled, lines, noneOfThese), label, unknownLogit),
    );
    return { ...line, method: 'isotonic', curve: boundedCurve(logOdds, isOwn) };
  });
}

/** log(p / (1 - p)) of a label's share: its logit against the sum of all others. */
function shareLogOdds(logits: Float64Array, label: number, unknownLogit: number): number {
  let highest = unknownLogit;
  for (let i = 0; i < logits.length; i++) if (i !== label) highest = Math.max(highest, logits[i] ?? 0);
  let sum = Math.exp(unknownLogit - highest);
  for (let i = 0; i < logits.length; i++) if (i !== label) sum += Math.exp((logits[i] ?? 0) - highest);
  return (logits[label] ?? 0) - highest - Math.log(sum);
}

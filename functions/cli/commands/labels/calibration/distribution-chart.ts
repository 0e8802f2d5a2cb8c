import type { Histogram } from '../../../../core/survey/cosine-histograms.ts';
import { countText } from '../../../../terminal/amounts.ts';
import { type Markup, markup } from '../../../pages/markup.ts';
import type { CalibratedLabel } from './calibrated-label.ts';

/** In units of the drawing, which the page scales. */
const WIDTH = 600;
const HEIGHT = 290;
const LEFT = 46;
const RIGHT = WIDTH - 10;
const TOP = 34;
const BOTTOM = HEIGHT - 50;

/** Beyond as many deviations a null distribution has nothing to show. */
const SHOWN_DEVIATIONS = 4;
const CURVE_POINTS = 32;
/** More of them are one black line. */
const SHOWN_POSITIVES = 300;
const POSITIVE_HEIGHT = 9;
const MOST_COSINE_TICKS = 8;
/** In units of the drawing: marks that are nearer would be written over one another. */
const MARK_DISTANCE = 44;

/** From one number to another, on one side of the drawing. */
interface Scale {
  readonly from: number;
  readonly to: number;
}

/**
 * How near the pictures come to a label, as inline SVG: bars for the collection, the curve of pictures that do not show it, and
 * the scores. Counts stand on a logarithmic scale: a label is in a few of many pictures.
 */
export function distributionChart(label: CalibratedLabel): Markup {
  const { cosines, null: none, scoreMarks } = label;
  const scale = cosineScale(label);
  if (!scale) return markup``;
  const images = cosines ? sum(cosines.counts) : none.images;
  const step = cosines?.step ?? (scale.to - scale.from) / CURVE_POINTS;
  const expected = { none, images, step };
  const most = Math.max(1, ...(cosines?.counts ?? []), density(expected, none.mean));
  const marks = scoreMarks.filter(({ cosine }) => cosine >= scale.from && cosine <= scale.to);
  return markup`<svg class="distribution" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Pictures by cosine with ${label.label}">
${countTicks(most).map((count) => countTick(count, most))}
${cosines && bars(cosines, scale, most)}
${nullCurve(expected, scale, most)}
<line class="ground" x1="${LEFT}" y1="${BOTTOM}" x2="${RIGHT}" y2="${BOTTOM}"/>
${cosineTicks(scale).map(
  ([value, text]) =>
    markup`<text x="${x(value, scale)}" y="${BOTTOM + 27}" text-anchor="middle">${text}</text>`,
)}
${positives(label, scale)}
${legible(marks, scale).map((mark) => scoreMark(mark, scale))}
<text class="axis" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">cosine with the label</text>
<text class="axis" x="${LEFT - 6}" y="13" text-anchor="end">${marks.length > 0 ? 'score' : undefined}</text>
</svg>`;
}

function cosineScale({ cosines, null: none, pictures }: CalibratedLabel): Scale | undefined {
  const ends = [
    ...(cosines ? [cosines.from, cosines.from + cosines.step * cosines.counts.length] : []),
    ...pictures.filter(({ isPositive }) => isPositive).map(({ cosine }) => cosine),
    ...[-1, 1].map((side) => none.mean + side * SHOWN_DEVIATIONS * none.deviation),
  ];
  const from = ends.reduce((a, b) => Math.min(a, b), 1);
  const to = ends.reduce((a, b) => Math.max(a, b), -1);
  return to > from ? { from, to } : undefined;
}

function bars({ from, step, counts }: Histogram, scale: Scale, most: number): Markup {
  const shapes = counts.map((count, i) => {
    if (count === 0) return '';
    const [left, right] = [x(from + i * step, scale), x(from + (i + 1) * step, scale)];
    return `M${left} ${BOTTOM}V${y(count, most)}H${round(Math.max(right - 0.8, left + 0.4))}V${BOTTOM}z`;
  });
  return markup`<path class="pictures" d="${shapes.join('')}"/>`;
}

/** A stroke below the ground for each labelled picture that has the label. */
function positives({ pictures }: CalibratedLabel, scale: Scale): Markup {
  const cosines = pictures.filter(({ isPositive }) => isPositive).map(({ cosine }) => cosine);
  const every = Math.ceil(cosines.length / SHOWN_POSITIVES);
  const shown = cosines.filter((cosine, i) => i % every === 0 && cosine >= scale.from && cosine <= scale.to);
  if (shown.length === 0) return markup``;
  const strokes = shown.map((cosine) => `M${x(cosine, scale)} ${BOTTOM + 3}v${POSITIVE_HEIGHT}`);
  return markup`<path class="positives" d="${strokes.join('')}"/>`;
}

interface ExpectedPictures {
  readonly none: CalibratedLabel['null'];
  readonly images: number;
  readonly step: number;
}

/** How many of the pictures would lie in a step around a cosine if none of them showed the label. */
function density({ none: { mean, deviation }, images, step }: ExpectedPictures, cosine: number): number {
  if (deviation === 0) return 0;
  const distance = (cosine - mean) / deviation;
  return (images * step * Math.exp(-(distance ** 2) / 2)) / (deviation * Math.sqrt(2 * Math.PI));
}

function nullCurve(expected: ExpectedPictures, scale: Scale, most: number): Markup {
  const { mean, deviation } = expected.none;
  const points = Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
    const cosine = mean + SHOWN_DEVIATIONS * deviation * ((2 * i) / CURVE_POINTS - 1);
    return `${x(cosine, scale)} ${y(density(expected, cosine), most)}`;
  });
  return markup`<path class="null" d="M${points.join('L')}"/>`;
}

/** 1, 10, 100 and so on. */
function countTicks(most: number): readonly number[] {
  const decades = Math.floor(Math.log10(most)) + 1;
  return Array.from({ length: decades }, (_, i) => 10 ** i);
}

function countTick(count: number, most: number): Markup {
  const at = y(count, most);
  return markup`<line class="grid" x1="${LEFT}" y1="${at}" x2="${RIGHT}" y2="${at}"/><text x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${countText(count)}</text>`;
}

/** Round numbers on the scale, with as many decimals as tell them apart. */
function cosineTicks({ from, to }: Scale): ReadonlyArray<readonly [value: number, text: string]> {
  const rough = (to - from) / MOST_COSINE_TICKS;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * decade).find((size) => size >= rough) ?? rough;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => {
    const value = (first + i) * step;
    return [value, value.toFixed(decimals).replace(/^-(0(\.0*)?)$/, '$1')] as const;
  });
}

type Mark = CalibratedLabel['scoreMarks'][number];

/** The marks that stand far enough from the threshold's and from each other. */
function legible(marks: readonly Mark[], scale: Scale): readonly Mark[] {
  const kept: Mark[] = [];
  const inOrder = [...marks].sort((a, b) => Number(b.isThreshold) - Number(a.isThreshold));
  for (const mark of inOrder) {
    const at = x(mark.cosine, scale);
    if (kept.every(({ cosine }) => Math.abs(x(cosine, scale) - at) >= MARK_DISTANCE)) kept.push(mark);
  }
  return kept;
}

function scoreMark({ score, cosine, isThreshold }: Mark, scale: Scale): Markup {
  const at = x(cosine, scale);
  const kind = isThreshold ? 'threshold' : 'mark';
  const text = isThreshold ? `≥ ${score.toFixed(2)}` : score.toFixed(2);
  return markup`<line class="${kind}" x1="${at}" y1="18" x2="${at}" y2="${BOTTOM}"/><text class="${kind}" x="${at}" y="13" text-anchor="middle">${text}</text>`;
}

function x(value: number, { from, to }: Scale): number {
  return round(LEFT + ((RIGHT - LEFT) * (value - from)) / (to - from));
}

/** The logarithm of one more than the count, so that none stands on the ground. */
function y(count: number, most: number): number {
  return round(BOTTOM - ((BOTTOM - TOP) * Math.log10(1 + count)) / Math.log10(1 + most));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

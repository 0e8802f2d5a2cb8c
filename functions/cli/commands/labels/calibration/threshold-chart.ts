import type { ThresholdQuality } from '../../../../core/calibration/calibration-report.ts';
import { type Markup, markup } from '../../../pages/markup.ts';

/** In units of the drawing, which the page scales; as wide as the reliability diagram beside it. */
const SIDE = 300;
const LEFT = 44;
const TOP = 10;
const WIDTH = LEFT + SIDE + 12;
const HEIGHT = TOP + SIDE + 44;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
/** More points than that make no other line. */
const MAXIMUM_POINTS = 50;

/**
 * Precision and recall by threshold, as inline SVG, with the threshold that was chosen.
 *
 * @param thresholds lowest first
 */
export function thresholdChart(thresholds: readonly ThresholdQuality[], threshold: number): Markup {
  const qualities = thinned(thresholds);
  const at = x(threshold);
  return markup`<svg class="thresholds" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Precision and recall by threshold">
${TICKS.map(tick)}
<line class="threshold" x1="${at}" y1="${y(0)}" x2="${at}" y2="${y(1)}"/>
<path class="recall" d="${line(qualities, ({ recall }) => recall)}"/>
<path class="precision" d="${line(qualities, ({ precision }) => precision)}"/>
<text class="axis" x="${LEFT + SIDE / 2}" y="${TOP + SIDE + 34}" text-anchor="middle">threshold</text>
</svg>`;
}

function tick(value: number): Markup {
  return markup`<line class="grid" x1="${x(0)}" y1="${y(value)}" x2="${x(1)}" y2="${y(value)}"/>
<text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${Math.round(100 * value)} %</text>
<text x="${x(value)}" y="${TOP + SIDE + 16}" text-anchor="middle">${value.toFixed(1)}</text>`;
}

/** Steps: between two scores nothing changes. */
function line(qualities: readonly ThresholdQuality[], share: (quality: ThresholdQuality) => number): string {
  return qualities
    .map((quality, i) => {
      const [at, height] = [x(quality.threshold), y(share(quality))];
      return i === 0 ? `M${x(0)} ${height}H${at}` : `V${height}H${at}`;
    })
    .join('');
}

function thinned(qualities: readonly ThresholdQuality[]): readonly ThresholdQuality[] {
  const every = Math.ceil(qualities.length / MAXIMUM_POINTS);
  return qualities.filter((_, i) => i % every === 0 || i === qualities.length - 1);
}

function x(value: number): number {
  return round(LEFT + SIDE * value);
}

function y(value: number): number {
  return round(TOP + SIDE * (1 - value));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

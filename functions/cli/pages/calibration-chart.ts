import {
  CALIBRATION_BINS,
  type Calibration,
  type CalibrationBin,
} from '../../core/evaluation/calibration.ts';
import { FRAME, rounded, ticks, x, xAxis, y } from './chart-frame.ts';
import { type Markup, markup } from './markup.ts';

const { left: LEFT, top: TOP, side: SIDE, width: WIDTH } = FRAME;
const BAR_GAP = 2;
/** The strip below, which shows how many pictures or tags each bar stands for. */
const STRIP_TOP = TOP + SIDE + 44;
const STRIP_HEIGHT = 46;
const HEIGHT = STRIP_TOP + STRIP_HEIGHT + 20;

/**
 * A reliability diagram as inline SVG: for each bin of scores the share that was right, the mean score, and between
 * them, in colours of their own, what the expected calibration error sums up.
 *
 * @param what what has the scores, e.g. `pictures`
 */
export function calibrationChart({ bins }: Calibration, what: string): Markup {
  const most = Math.max(1, ...bins.map(({ count }) => count));
  return markup`<svg class="calibration" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Share of ${what} that are right, by score">
${ticks()}
${bins.map(bar)}
<line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>
${bins.map(mean)}
${xAxis('score')}
<text class="axis" x="12" y="${TOP + SIDE / 2}" text-anchor="middle" transform="rotate(-90 12 ${TOP + SIDE / 2})">right</text>
${bins.map((bin) => number(bin, most, what))}
<line class="ground" x1="${x(0)}" y1="${STRIP_TOP + STRIP_HEIGHT}" x2="${x(1)}" y2="${STRIP_TOP + STRIP_HEIGHT}"/>
<text class="axis" x="${LEFT + SIDE / 2}" y="${HEIGHT - 4}" text-anchor="middle">${what} by score</text>
</svg>`;
}

function bar(bin: CalibrationBin): Markup {
  const { right, meanScore, count } = bin;
  const title = `${rangeText(bin)}: ${count}, mean score ${meanScore.toFixed(2)}, right ${(100 * right).toFixed(1)} %`;
  const gap =
    right < meanScore ? column(bin, 'too-high', right, meanScore) : column(bin, 'too-low', meanScore, right);
  return markup`<g><title>${title}</title>${column(bin, 'right', 0, Math.min(right, meanScore))}${gap}</g>`;
}

function column(bin: CalibrationBin, kind: string, low: number, high: number): Markup {
  return markup`<rect class="${kind}" x="${left(bin)}" y="${y(high)}" width="${BAR_WIDTH}" height="${rounded(y(low) - y(high))}"/>`;
}

function mean(bin: CalibrationBin): Markup {
  const at = y(bin.meanScore);
  return markup`<line class="mean" x1="${left(bin)}" y1="${at}" x2="${rounded(left(bin) + BAR_WIDTH)}" y2="${at}"/>`;
}

function number(bin: CalibrationBin, most: number, what: string): Markup {
  const height = rounded((STRIP_HEIGHT * bin.count) / most);
  return markup`<g><title>${rangeText(bin)}: ${bin.count} ${what}</title><rect class="number" x="${left(bin)}" y="${rounded(STRIP_TOP + STRIP_HEIGHT - height)}" width="${BAR_WIDTH}" height="${height}"/></g>`;
}

const BAR_WIDTH = rounded(SIDE / CALIBRATION_BINS - BAR_GAP);

export function rangeText({ from, to }: CalibrationBin): string {
  return `${from.toFixed(2)} to ${to.toFixed(2)}`;
}

function left({ from }: CalibrationBin): number {
  return rounded(x(from) + BAR_GAP / 2);
}

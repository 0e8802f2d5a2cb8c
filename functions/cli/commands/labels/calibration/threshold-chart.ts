import type { ThresholdQuality } from '../../../../core/calibration/calibration-report.ts';
import { FRAME, ticks, x, xAxis, y } from '../../../pages/chart-frame.ts';
import { type Markup, markup } from '../../../pages/markup.ts';

const HEIGHT = FRAME.top + FRAME.side + 44;
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
  return markup`<svg class="thresholds" viewBox="0 0 ${FRAME.width} ${HEIGHT}" role="img" aria-label="Precision and recall by threshold">
${ticks()}
<line class="threshold" x1="${at}" y1="${y(0)}" x2="${at}" y2="${y(1)}"/>
<path class="recall" d="${line(qualities, ({ recall }) => recall)}"/>
<path class="precision" d="${line(qualities, ({ precision }) => precision)}"/>
${xAxis('threshold')}
</svg>`;
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

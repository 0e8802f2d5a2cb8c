/** The speed of the last minutes, as a line. */
export function RateCurve({ rates }: { rates: readonly number[] }) {
  if (rates.length < 2) return null;
  const most = Math.max(...rates, 0.1);
  const points = rates.map(
    (rate, at) => `${((at * 100) / (rates.length - 1)).toFixed(1)},${(28 - (26 * rate) / most).toFixed(1)}`,
  );
  return (
    <svg
      class="curve"
      viewBox="0 0 100 30"
      preserveAspectRatio="none"
      role="img"
      aria-label={`Up to ${most.toFixed(1)} pictures a second lately`}
    >
      <polyline points={points.join(' ')} />
    </svg>
  );
}

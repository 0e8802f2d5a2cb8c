/** Logarithm of a sum of exponentials that neither overflows nor underflows: the largest value is subtracted first. */
export function logSumExp(values: Float64Array): number {
  const highest = largest(values);
  // There are no values, or all exponentials are zero.
  if (highest === Number.NEGATIVE_INFINITY) return highest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] ?? 0) - highest);
  return highest + Math.log(sum);
}

/** -Infinity where there are none. */
export function largest(values: Float64Array): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) highest = Math.max(highest, values[i] ?? highest);
  return highest;
}

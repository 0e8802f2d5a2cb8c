/**
 * How often a value of the first kind is above one of the second, ties counting half: the area under the ROC curve
 * (Hanley and McNeil 1982, "The meaning and use of the area under a receiver operating characteristic curve").
 *
 * @returns undefined where there are none of one kind
 */
export function rankedShare(higher: readonly number[], lower: readonly number[]): number | undefined {
  if (higher.length === 0 || lower.length === 0) return undefined;
  const all = [
    ...higher.map((value) => ({ value, isHigher: true })),
    ...lower.map((value) => ({ value, isHigher: false })),
  ].sort((a, b) => a.value - b.value);
  let [sum, below] = [0, 0];
  for (let i = 0; i < all.length; ) {
    let [equalHigher, equalLower] = [0, 0];
    const value = all[i]?.value;
    for (; all[i]?.value === value && i < all.length; i++) {
      if (all[i]?.isHigher) equalHigher++;
      else equalLower++;
    }
    sum += equalHigher * (below + equalLower / 2);
    below += equalLower;
  }
  return sum / (higher.length * lower.length);
}

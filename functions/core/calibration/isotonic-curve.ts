/** A point of a curve that never falls. */
export type CurvePoint = [value: number, probability: number];

interface Block {
  readonly first: number;
  readonly last: number;
  readonly weight: number;
  readonly mean: number;
}

/**
 * The curve that never falls and is nearest to the labels in squared distance, by pooling neighbours that are out of order
 * (Ayer et al. 1955; Zadrozny and Elkan 2002, "Transforming classifier scores into accurate multiclass probability
 * estimates"). Equal values are one point. Of points of the same probability the ends are kept, so that what lies between
 * two points is a straight line, as in scikit-learn's `IsotonicRegression`.
 *
 * @returns ascending, at least one point if there is a value
 */
export function isotonicCurve(values: ArrayLike<number>, isPositive: ArrayLike<number>): CurvePoint[] {
  const blocks: Block[] = [];
  for (const point of pointsOf(values, isPositive)) {
    let block = point;
    for (let before = blocks.at(-1); before && before.mean >= block.mean; before = blocks.at(-1)) {
      blocks.pop();
      block = joined(before, block);
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ first, last, mean }): CurvePoint[] =>
    first === last
      ? [[first, mean]]
      : [
          [first, mean],
          [last, mean],
        ],
  );
}

function pointsOf(values: ArrayLike<number>, isPositive: ArrayLike<number>): readonly Block[] {
  const counts = new Map<number, { all: number; positive: number }>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const { all, positive } = counts.get(value) ?? { all: 0, positive: 0 };
    counts.set(value, { all: all + 1, positive: positive + (isPositive[i] ? 1 : 0) });
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([value, { all, positive }]) => ({ first: value, last: value, weight: all, mean: positive / all }));
}

function joined(a: Block, b: Block): Block {
  const weight = a.weight + b.weight;
  return {
    first: a.first,
    last: b.last,
    weight,
    mean: (a.weight * a.mean + b.weight * b.mean) / weight,
  };
}

/** A curve for each method. */
export interface Curve {
  readonly name: string;
  readonly colour: string;
  /** In [0, 1], one for each count. */
  readonly accuracies: readonly number[];
}

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [720, 400, 56, 20, 200, 44];

/** An SVG of accuracies by examples a label, at equal distances. */
export function accuracyPlot(counts: readonly number[], curves: readonly Curve[]): string {
  const x = (i: number) => LEFT + (i * (WIDTH - LEFT - RIGHT)) / (counts.length - 1);
  const y = (share: number) => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (share) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(share)}" y2="${y(share)}" stroke="#ddd"/>` +
      `<text x="${LEFT - 8}" y="${y(share) + 4}" text-anchor="end">${Math.round(100 * share)} %</text>`,
  );
  const ticks = counts.map(
    (count, i) => `<text x="${x(i)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${count}</text>`,
  );
  const names = spread(curves.map(({ accuracies }) => y(accuracies.at(-1) ?? 0)));
  const lines = curves.map(({ name, colour, accuracies }, k) => {
    const points = accuracies.map((share, i) => `${x(i).toFixed(1)},${y(share).toFixed(1)}`).join(' ');
    const width = k === 0 ? 3 : 1.5;
    return (
      `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="${width}"/>` +
      `<text x="${WIDTH - RIGHT + 8}" y="${(names[k] ?? 0) + 4}" fill="${colour}">${name}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    '<title>Accuracy among 40 labels by examples a label</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...grid,
    ...ticks,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">examples a label</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

/** Places so that names do not lie upon each other. */
function spread(places: readonly number[]): readonly number[] {
  const order = places.map((place, k) => ({ place, k })).sort((a, b) => a.place - b.place);
  const spreadOut = [...places];
  let last = Number.NEGATIVE_INFINITY;
  for (const { place, k } of order) {
    last = Math.max(place, last + 15);
    spreadOut[k] = last;
  }
  return spreadOut;
}

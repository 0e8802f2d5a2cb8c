/**
 * Pictures of as many labels as there are: one of each label, then a second of each, and so on, in their order.
 *
 * @param labels of each picture
 * @returns places of the chosen pictures, at most `count`, ascending
 */
export function evenlyByLabel(labels: readonly string[], count: number): readonly number[] {
  const turns = new Map<string, number>();
  const dealt = labels.map((label, place) => {
    const turn = turns.get(label) ?? 0;
    turns.set(label, turn + 1);
    return { place, turn };
  });
  return dealt
    .sort((a, b) => a.turn - b.turn || a.place - b.place)
    .slice(0, count)
    .map(({ place }) => place)
    .sort((a, b) => a - b);
}

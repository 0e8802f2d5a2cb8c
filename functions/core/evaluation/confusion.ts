import { type Answer, isRightWithin } from './evaluation.ts';

/** Pictures of one label whose best label was another, wrong one. */
export interface Confusion<Known extends Answer = Answer> {
  readonly label: string;
  readonly predicted: string;
  /** The mistake with the highest score first. */
  readonly answers: readonly Known[];
}

/** Every pair of a true and a wrongly predicted label, most frequent first, ties by their names. */
export function confusions<Known extends Answer>(answers: readonly Known[]): readonly Confusion<Known>[] {
  const pairs = new Map<string, { label: string; predicted: string; answers: Known[] }>();
  for (const answer of answers) {
    const predicted = answer.best[0]?.label;
    if (predicted === undefined || isRightWithin(answer, 1)) continue;
    const key = JSON.stringify([answer.label, predicted]);
    const pair = pairs.get(key) ?? { label: answer.label, predicted, answers: [] };
    pair.answers.push(answer);
    pairs.set(key, pair);
  }
  for (const pair of pairs.values()) pair.answers.sort((a, b) => bestScore(b) - bestScore(a));
  return [...pairs.values()].sort(
    (a, b) =>
      b.answers.length - a.answers.length || order(a.label, b.label) || order(a.predicted, b.predicted),
  );
}

function bestScore({ best }: Answer): number {
  return best[0]?.score ?? 0;
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

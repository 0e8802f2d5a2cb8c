import type { Background } from '../../../functions/core/calibration/background.ts';
import type { ScoredAnswer } from '../../../functions/core/evaluation/calibration.ts';
import { chosenPictures, type EmbeddedPictures } from './embedded-pictures.ts';
import { answersOf, classifierFor, errorFigures, fitted } from './measured-set.ts';

const DRAWS = 5;
const ALBUM_LABELS = 40;

/** What a prior gets wrong: label sets whose labels hardly any, or very many, of the pictures have. */
export function hardCases(
  set: EmbeddedPictures,
  labels: readonly string[],
  test: readonly number[],
  background: Background | undefined,
): ReadonlyArray<readonly [name: string, figures: ReturnType<typeof errorFigures>]> {
  const cases: Array<[string, ReturnType<typeof errorFigures>]> = [];
  for (const count of [5, 20, 60]) {
    const answers = Array.from({ length: DRAWS }, (_, draw) => {
      const drawn = labels.filter((_label, i) => (i * 31 + draw * 7) % labels.length < count);
      return calibratedAnswers(set, drawn, test, background);
    }).flat();
    cases.push([`${count} labels among all test pictures`, errorFigures(answers)]);
  }
  for (const share of [0.5, 0.9]) {
    cases.push([
      `albums: ${100 * share} % of the pictures have the label`,
      albums(set, { labels, test, background, share }),
    ]);
  }
  return cases;
}

/** Of each album's label alone, among twenty that are asked for. */
function albums(
  set: EmbeddedPictures,
  given: {
    readonly labels: readonly string[];
    readonly test: readonly number[];
    readonly background: Background | undefined;
    readonly share: number;
  },
) {
  const { labels, test, background, share } = given;
  const answers: ScoredAnswer[] = [];
  const step = Math.floor(labels.length / ALBUM_LABELS);
  for (let first = 0; first < labels.length; first += step) {
    const asked = Array.from({ length: 20 }, (_, i) => labels[(first + i * step) % labels.length] ?? '');
    const has = (i: number) => set.also.get(set.label[i] ?? '')?.has(asked[0] ?? '') ?? false;
    const own = test.filter(has);
    if (own.length < 8) continue;
    const others = test.filter((i) => !has(i));
    const wanted = Math.round((own.length * (1 - share)) / share);
    const strangers = others
      .filter((_, i) => i % Math.max(1, Math.floor(others.length / wanted)) === 0)
      .slice(0, wanted);
    const album = [...own, ...strangers];
    answers.push(
      ...calibratedAnswers(set, asked, album, background).filter((_, i) => i % asked.length === 0),
    );
  }
  return errorFigures(answers);
}

function calibratedAnswers(
  set: EmbeddedPictures,
  labels: readonly string[],
  chosen: readonly number[],
  background: Background | undefined,
): readonly ScoredAnswer[] {
  const { classifier } = fitted(classifierFor(set, labels), {
    collection: chosenPictures(set, chosen),
    background,
  });
  return answersOf(classifier, set, chosen);
}

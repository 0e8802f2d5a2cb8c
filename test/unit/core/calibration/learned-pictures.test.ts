import { describe, expect, it } from 'vitest';
import {
  type CalibrationInput,
  calibratedFit,
} from '../../../../functions/core/calibration/calibrated-fit.ts';
import { embeddingFromBytes, embeddingToBytes } from '../../../../functions/core/labels/embedding.ts';
import { embeddingAt, embeddingMatrix } from '../../../../functions/core/labels/embedding-matrix.ts';
import { promptsDigest } from '../../../../functions/core/labels/label-set.ts';
import { labelledPictures, MODEL, madeUpClassifier, madeUpPictures, SIZE } from './made-up-pictures.ts';

const LABELS = ['cat', 'dog'];
const OF_LABEL = Array.from({ length: 120 }, (_, i) => (i % 3 < 2 ? i % 3 : undefined));
const PICTURES = madeUpPictures(OF_LABEL, 1);
/** Of pictures 0, 3, 6, … which show a cat, and 1, which shows none. */
const LEARNED = [0, 3, 6, 1];
const OTHERS = madeUpPictures(Array(50).fill(undefined), 2);

/** A label set whose "cat" was learned, from pictures of these names. */
function calibrated(
  examples: readonly string[],
  given: Partial<CalibrationInput> = {},
  mode: 'exclusive' | 'independent' = 'independent',
) {
  const classifier = madeUpClassifier(LABELS, mode);
  const [label] = classifier.labelSet.labels;
  if (!label) throw new Error('Expected a label');
  const direction = Buffer.from(
    embeddingToBytes({ modelDigest: MODEL, values: classifier.labelRows.subarray(0, SIZE) }),
  ).toString('base64');
  const [negative = '', ...positive] = [...examples].reverse();
  const cat = {
    ...{ promptsDigest: promptsDigest(classifier.labelSet, label), slope: 1, offset: 0, direction },
    examples: { positive, negative: [negative] },
  };
  const fits = { [MODEL]: { version: 1, fittedAt: '', labels: { cat } } };
  return calibratedFit({
    labelSet: { ...classifier.labelSet, fits },
    classifier,
    collection: OTHERS,
    labelled: labelledPictures(LABELS, OF_LABEL, PICTURES),
    now: new Date(0),
    ...given,
  });
}
const labelled = labelledPictures(LABELS, OF_LABEL, PICTURES);
const counts = ({ report }: ReturnType<typeof calibrated>) =>
  report.labels.map(({ positives, negatives }) => [positives, negatives]);

describe('pictures that a label was learned from', () => {
  const expected = [
    [37, 79],
    [40, 80],
  ];

  it('say nothing of its score, and are told of', () => {
    const found = calibrated(LEARNED.map((i) => `picture-${i}.jpg`));
    expect(counts(found)).toEqual(expected);
    expect(found.report.remarks).toContainEqual(expect.stringMatching(/learned from 4 of the labelled/));
    expect(counts(calibrated(['else.jpg', 'other.jpg']))).toEqual([
      [40, 80],
      [40, 80],
    ]);
  });

  it('are known by the names that a fit has for them', () => {
    const exampleNames = labelled.names.map((name) => `../pictures/${name}`);
    const examples = LEARNED.map((i) => `../pictures/picture-${i}.jpg`);
    expect(counts(calibrated(examples, { labelled: { ...labelled, exampleNames } }))).toEqual(expected);
  });

  it('are known as stored images of other names, and so are copies', () => {
    const rows = LEARNED.map((i) => {
      const stored = embeddingToBytes({ modelDigest: MODEL, values: embeddingAt(PICTURES, i) });
      return embeddingFromBytes(stored, MODEL).values;
    });
    const collection = embeddingMatrix(MODEL, [...rows, embeddingAt(OTHERS, 0)]);
    const collectionNames = [...LEARNED.map((i) => `s3://photos/${i}`), 's3://photos/other'];
    const examples = LEARNED.map((i) => `s3://photos/${i}`);
    expect(counts(calibrated(examples, { collection, collectionNames }))).toEqual(expected);

    const twice = embeddingMatrix(MODEL, [
      ...OF_LABEL.map((_, i) => embeddingAt(PICTURES, i)),
      ...OF_LABEL.map((_, i) => embeddingAt(PICTURES, i)),
    ]);
    const copied = labelledPictures(LABELS, [...OF_LABEL, ...OF_LABEL], twice);
    const names = LEARNED.map((i) => `picture-${i}.jpg`);
    expect(counts(calibrated(names, { labelled: copied }))).toEqual([
      [74, 158],
      [80, 160],
    ]);
  });

  it('do not tell an exclusive set how far its labels are apart', () => {
    const all = OF_LABEL.map((_, i) => `picture-${i}.jpg`);
    const { fit, report } = calibrated(all, {}, 'exclusive');
    expect(report.unknown).toMatchObject({ known: 0, unknown: 0 });
    expect(fit.unknownLogit).toBe(0);
    const few = calibrated(all.slice(0, 3), {}, 'exclusive');
    expect(few.report.unknown).toMatchObject({ known: 78, unknown: 39 });
  });
});

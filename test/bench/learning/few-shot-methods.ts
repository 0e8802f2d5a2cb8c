import { dot } from '../../../functions/core/labels/embedding.ts';
import { choleskyFactor, choleskySolve } from '../../../functions/core/learning/cholesky.ts';
import { learnedSet } from '../../../functions/core/learning/learned-set.ts';
import { scatterMatrix } from '../../../functions/core/learning/scatter-matrix.ts';
import { type SharedCovariance, trace } from '../../../functions/core/learning/shared-covariance.ts';

/** What a method learns from: for each label its words and examples. */
export interface Lesson {
  readonly texts: readonly Float32Array[];
  readonly ensembles: readonly Float32Array[];
  readonly examples: ReadonlyArray<readonly Float32Array[]>;
  readonly covariance: SharedCovariance;
  readonly logitScale: number;
}

/** Logits of a picture, one a label. */
export type Predict = (picture: Float32Array) => readonly number[];
export type Method = (lesson: Lesson) => Predict;

export const zeroShot: Method =
  ({ texts, logitScale }) =>
  (picture) =>
    texts.map((text) => logitScale * dot(text, picture));

export const promptEnsemble: Method = (lesson) => zeroShot({ ...lesson, texts: lesson.ensembles });

/** Zhang et al., "Tip-Adapter" (ECCV 2022), without training: α·exp(−β(1 − f·K))·V added to the logits of the words. */
export const tipAdapter =
  (alpha: number, beta: number): Method =>
  (lesson) => {
    const words = promptEnsemble(lesson);
    return (picture) =>
      words(picture).map(
        (logit, label) =>
          logit +
          (lesson.examples[label] ?? []).reduce(
            (sum, example) => sum + alpha * Math.exp(-beta * (1 - dot(picture, example))),
            0,
          ),
      );
  };

/**
 * Wang et al., "A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation" (ICLR 2024): covariance of the examples
 * around the means of their labels, Σ⁻¹ = d·[(n − 1)·cov + tr(cov)·I]⁻¹.
 */
export const gaussian =
  (alpha: number): Method =>
  (lesson) => {
    const { examples, logitScale, texts } = lesson;
    const size = texts[0]?.length ?? 0;
    const all = examples.flat();
    const means = examples.map((of) =>
      Float64Array.from({ length: size }, (_, i) =>
        of.reduce((sum, example) => sum + (example[i] ?? 0) / of.length, 0),
      ),
    );
    const centres = examples.flatMap((of, label) => of.map(() => means[label] ?? new Float64Array(size)));
    const values = new Float32Array(all.length * size);
    for (const [i, example] of all.entries()) values.set(example, i * size);
    const { matrix } = scatterMatrix(values, size, (row) => centres[row] ?? new Float64Array(size));
    // (n − 1)·cov is the scatter itself. With one example a label there is none.
    const ridge = Math.max(trace(matrix, size) / Math.max(1, all.length - 1), 1e-9);
    const sum = matrix.map((value, i) => value / size + (i % (size + 1) === 0 ? ridge / size : 0));
    const factor = choleskyFactor(sum, size);
    const weights = means.map((mean) => choleskySolve(factor, mean));
    const isFlat = trace(matrix, size) < 1e-9;
    const words = promptEnsemble({ ...lesson, logitScale });
    return (picture) =>
      words(picture).map((logit, label) => {
        const mean = means[label] ?? new Float64Array(size);
        const weight = isFlat ? mean : (weights[label] ?? mean);
        return logit + alpha * (dot(picture, weight) - dot(mean, weight) / 2);
      });
  };

/** What `labels learn` does with a set whose labels have the template by default. */
export const ours: Method = ({ texts, examples, covariance, logitScale }) => {
  const labels = texts.map((text, label) => ({ text, positives: examples[label] ?? [] }));
  const learned = learnedSet({ labels, covariance, logitScale });
  return (picture) => learned.map(({ direction, slope, offset }) => slope * dot(picture, direction) + offset);
};

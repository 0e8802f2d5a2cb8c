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

const CLAP_STEPS = 300;
const CLAP_RATE = 0.1;

/**
 * Silva-Rodríguez et al., "A Closer Look at the Few-Shot Adaptation of Large Vision-Language Models" (CVPR 2024): logistic
 * regression that starts at the words and is held to them by λ‖w − t‖², λ the words' mean share of the label's own examples.
 */
export const clap: Method = ({ ensembles, examples, logitScale }) => {
  const weights = ensembles.map((text) => Float64Array.from(text));
  const speeds = weights.map((row) => new Float64Array(row.length));
  const all = examples.flatMap((of, label) => of.map((example) => ({ example, label })));
  const sharesOf = (example: Float32Array) => {
    const logits = weights.map((row) => (logitScale * dot(example, row)) / Math.sqrt(dot(row, row)));
    const highest = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - highest));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return powers.map((power) => power / total);
  };
  const hold = examples.map(
    (of, label) => of.reduce((sum, example) => sum + (sharesOf(example)[label] ?? 0), 0) / of.length,
  );
  for (let step = 0; step < CLAP_STEPS; step++) {
    const rate = (CLAP_RATE * (1 + Math.cos((Math.PI * step) / CLAP_STEPS))) / 2;
    const slopes = weights.map((row, label) =>
      row.map((value, i) => 2 * (hold[label] ?? 0) * (value - (ensembles[label]?.[i] ?? 0))),
    );
    for (const { example, label } of all) {
      for (const [k, share] of sharesOf(example).entries()) {
        const force = (logitScale * (share - (k === label ? 1 : 0))) / all.length;
        const slope = slopes[k] ?? new Float64Array();
        for (let i = 0; i < slope.length; i++) slope[i] = (slope[i] ?? 0) + force * (example[i] ?? 0);
      }
    }
    for (const [k, row] of weights.entries()) {
      const speed = speeds[k] ?? new Float64Array();
      for (let i = 0; i < row.length; i++) {
        speed[i] = 0.9 * (speed[i] ?? 0) - rate * (slopes[k]?.[i] ?? 0);
        row[i] = (row[i] ?? 0) + (speed[i] ?? 0);
      }
    }
  }
  return (picture) => weights.map((row) => (logitScale * dot(picture, row)) / Math.sqrt(dot(row, row)));
};

/** What `labels learn` does with a set. */
export const ours: Method = ({ ensembles, examples, covariance, logitScale }) => {
  const labels = ensembles.map((text, label) => ({ text, positives: examples[label] ?? [] }));
  const learned = learnedSet({ labels, covariance, logitScale });
  return (picture) => learned.map(({ direction, slope, offset }) => slope * dot(picture, direction) + offset);
};

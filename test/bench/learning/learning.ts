import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { dot, normalised } from '../../../functions/core/labels/embedding.ts';
import { embeddingMatrix } from '../../../functions/core/labels/embedding-matrix.ts';
import { learnedLabel } from '../../../functions/core/learning/learned-label.ts';
import {
  type SharedCovariance,
  sharedCovariance,
} from '../../../functions/core/learning/shared-covariance.ts';
import { accuracyPlot } from './accuracy-plot.ts';
import { type Draw, drawsOf } from './draws.ts';
import {
  gaussian,
  type Lesson,
  type Method,
  ours,
  promptEnsemble,
  tipAdapter,
  zeroShot,
} from './few-shot-methods.ts';
import { type LearningData, readLearningData } from './learning-data.ts';

/**
 * `npm run bench:learning -- [DATA] [--plot FILE] [--only METHOD]`: learning labels from examples beside published methods, on labels that the
 * model has never seen. DATA comes from learning-data.py; without it only the time is measured.
 */
const COUNTS = [0, 1, 2, 4, 8, 16, 32];
const DRAWS = 5;
/** Pictures of a label that are measured with. */
const MEASURED = 10;
/** Pictures that a label takes wrongly; no row ranks them, whether it learns from them or not. */
const WRONG = 4;

/** Where several settings are given, the best of them on the measured pictures is shown: nobody could choose better. */
const METHODS: ReadonlyArray<{
  name: string;
  colour: string;
  settings: readonly Method[];
  /** @default the words of all templates, which the methods start from */
  withoutExamples?: Method;
}> = [
  { name: 'Cliptag', colour: '#0b6bcb', settings: [ours], withoutExamples: zeroShot },
  { name: 'GDA, best α', colour: '#b3541e', settings: [0.1, 0.3, 1, 3, 10].map(gaussian) },
  { name: 'GDA, α 1', colour: '#d99a6c', settings: [gaussian(1)] },
  {
    name: 'Tip-Adapter, best α, β',
    colour: '#2f7d32',
    settings: [1, 3, 10, 30].flatMap((alpha) => [1, 5.5].map((beta) => tipAdapter(alpha, beta))),
  },
  { name: 'Tip-Adapter, α 1, β 5.5', colour: '#8a8a00', settings: [tipAdapter(1, 5.5)] },
  { name: 'prompt ensemble', colour: '#777', settings: [promptEnsemble] },
  { name: 'zero-shot', colour: '#bbb', settings: [zeroShot], withoutExamples: zeroShot },
];

const { values: flags, positionals } = parseArgs({
  options: { plot: { type: 'string' }, only: { type: 'string' } },
  allowPositionals: true,
});
const [folder] = positionals;
const { plot } = flags;

measureTime();
if (folder) await measureAccuracy(folder);
else
  console.log(
    'No accuracy was measured: name the folder that test/bench/learning/learning-data.py has written.',
  );

async function measureAccuracy(path: string): Promise<void> {
  const data = await readLearningData(path);
  const covariance = sharedCovariance(
    embeddingMatrix(
      'twin',
      data.images.filter((_, i) => !data.isTest[i]),
    ),
  );
  const draws = drawsOf(data, DRAWS, MEASURED);
  const fewest = Math.min(...draws.flatMap(({ examples }) => examples.map(({ length }) => length)));
  console.log(
    `\nAccuracy among ${draws[0]?.labels.length} labels, %, mean of ${DRAWS} draws (32: at least ${fewest})`,
  );
  console.log(`| | ${COUNTS.join(' | ')} |`);
  const curves = METHODS.filter(({ name }) => name.includes(flags.only ?? '')).map(
    ({ name, colour, settings, withoutExamples = promptEnsemble }) => {
      const accuracies = COUNTS.map((count) => {
        if (count === 0) return accuracyOf(withoutExamples, 0, draws, data, covariance);
        return Math.max(...settings.map((method) => accuracyOf(method, count, draws, data, covariance)));
      });
      console.log(`| ${name} | ${accuracies.map((share) => (100 * share).toFixed(1)).join(' | ')} |`);
      return { name, colour, accuracies };
    },
  );
  if (plot) await writeFile(plot, accuracyPlot(COUNTS, curves));
  measureOneLabel(data, draws[0], covariance);
}

function accuracyOf(
  method: Method,
  count: number,
  draws: readonly Draw[],
  data: LearningData,
  covariance: SharedCovariance,
): number {
  const image = (i: number) => data.images[i] ?? new Float32Array();
  const row = (rows: readonly Float32Array[]) => (label: number) => rows[label] ?? new Float32Array();
  let [right, all] = [0, 0];
  for (const { labels, measured, examples } of draws) {
    const lesson: Lesson = {
      texts: labels.map(row(data.texts)),
      ensembles: labels.map(row(data.ensembles)),
      examples: examples.map((of) => of.slice(0, count).map(image)),
      covariance,
      logitScale: data.logitScale,
    };
    const predict = method(lesson);
    for (const [label, pictures] of measured.entries()) {
      for (const picture of pictures) {
        const logits = predict(image(picture));
        right += logits.indexOf(Math.max(...logits)) === label ? 1 : 0;
        all++;
      }
    }
  }
  return right / all;
}

/** Each label by itself, among all pictures of the collection that it was not learned from. */
function measureOneLabel(data: LearningData, draw: Draw | undefined, covariance: SharedCovariance): void {
  console.log('\nOne label by itself, among all pictures: mean AUROC, %, and average precision, %');
  for (const [count, negatives] of [
    [0, 0],
    [1, 0],
    [4, 0],
    [4, 4],
    [16, 0],
    [16, 4],
  ] as const) {
    const found = (draw?.labels ?? []).map((label, place) => {
      const text = data.ensembles[label] ?? new Float32Array();
      const learned = draw?.examples[place] ?? [];
      const positives = learned.slice(0, count).map((i) => data.images[i] ?? new Float32Array());
      const known = { text, positives, covariance, logitScale: data.logitScale };
      const isNo = (i: number) => !data.also[data.label[i] ?? -1]?.includes(label);
      const { direction } = learnedLabel(known);
      const wrong = data.images
        .map((picture, i) => ({ picture, i, score: dot(picture, direction) }))
        .filter(({ i }) => isNo(i))
        .sort((a, b) => b.score - a.score)
        .slice(0, WRONG);
      const taught = negatives
        ? learnedLabel({ ...known, negatives: wrong.map(({ picture }) => picture) }).direction
        : direction;
      const left = new Set([...learned, ...wrong.map(({ i }) => i)]);
      return ranking(
        data.images.flatMap((picture, i) =>
          left.has(i) || (data.label[i] !== label && !isNo(i))
            ? []
            : [{ score: dot(picture, taught), isTrue: data.label[i] === label }],
        ),
      );
    });
    const mean = (values: readonly number[]) =>
      ((100 * values.reduce((sum, value) => sum + value, 0)) / values.length).toFixed(1);
    console.log(
      `${count} examples, ${negatives} of what it took wrongly: ${mean(found.map(({ auroc }) => auroc))}, ${mean(found.map(({ precision }) => precision))}`,
    );
  }
}

function ranking(pictures: ReadonlyArray<{ score: number; isTrue: boolean }>): {
  auroc: number;
  precision: number;
} {
  const order = [...pictures].sort((a, b) => b.score - a.score);
  let [found, above, precision] = [0, 0, 0];
  for (const [place, { isTrue }] of order.entries()) {
    if (!isTrue) continue;
    found++;
    above += place + 1 - found;
    precision += found / (place + 1);
  }
  return { auroc: 1 - above / (found * (order.length - found)), precision: precision / found };
}

function measureTime(): void {
  const [count, size] = [100_000, 512];
  let state = 1;
  const values = Float32Array.from({ length: count * size }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state / 2 ** 31 - 0.5) * Math.sqrt(12 / size);
  });
  const collection = { modelDigest: 'm', count, size, values };
  const { result: covariance, seconds } = timed(() => sharedCovariance(collection));
  console.log(
    `Processor time with ${count} embeddings of ${size} numbers: covariance ${seconds.toFixed(2)} s`,
  );
  const picture = (i: number) => normalised(values.subarray(i * size, (i + 1) * size));
  for (const examples of [1, 16, 100, 1_000]) {
    const positives = Array.from({ length: examples }, (_, i) => picture(i));
    const learn = () => learnedLabel({ text: picture(5_000), positives, covariance, logitScale: 100 });
    const first = timed(learn).seconds;
    const again = Math.min(...[1, 2, 3].map(() => timed(learn).seconds));
    console.log(
      `one label from ${examples} examples ${again.toFixed(3)} s (the first ${first.toFixed(3)} s)`,
    );
  }
}

function timed<T>(run: () => T): { result: T; seconds: number } {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

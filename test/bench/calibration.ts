import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileModel } from '../../functions/checkpoints/compile/compile.ts';
import { makeBackground } from '../../functions/cli/commands/models/background-run.ts';
import type { Background } from '../../functions/core/calibration/background.ts';
import { evenlyByLabel } from '../../functions/core/calibration/evenly-by-label.ts';
import { modelTemperature } from '../../functions/core/calibration/model-temperature.ts';
import { rankedShare } from '../../functions/core/calibration/ranked-share.ts';
import { embeddingAt, embeddingMatrix } from '../../functions/core/labels/embedding-matrix.ts';
import { scoresByLabel } from '../../functions/core/labels/scores.ts';
import { openModel } from '../../functions/tagger/model-parts.ts';
import {
  chosenPictures,
  type EmbeddedPictures,
  readEmbeddedPictures,
  writeEmbeddedPictures,
} from './calibration/embedded-pictures.ts';
import { hardCases } from './calibration/hard-cases.ts';
import {
  answersOf,
  classifierFor,
  errorFigures,
  fitted,
  labelledAs,
  tagsPerThousand,
} from './calibration/measured-set.ts';
import { embeddedSplits, heldOutLabels, withSharpPictures } from './calibration/photo-set-pictures.ts';
import { timeFigures } from './calibration/time-figures.ts';

/**
 * `node --import tsx test/bench/calibration.ts [--twin FOLDER] [--cache FOLDER]`: calibration errors with the embedded model on
 * labels that it knows and, by a twin that has never seen them, on labels that it does not; tags that one label set shows
 * with two models; the reject option; time. The twin's embeddings come from models/embedded/train/twin_embeddings.py.
 */
const PHOTO_SET = '../shared/photo-set';
const TINY_CHECKPOINT = '../shared/reference/tiny-clip/hf';
const DRAWS = 5;
const LABELLED_EACH = 50;

const flag = (name: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const cache = flag('cache') ?? '.cliptag/bench/calibration';
const isThere = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;

if (await isThere(PHOTO_SET)) await withPictures();
else console.log(`No calibration errors: there is no ${PHOTO_SET}`);
timeFigures();

async function withPictures(): Promise<void> {
  await withSharpPictures(PHOTO_SET, async (manifest) => {
    const shipped = await cached('embedded', () => embeddings('embedded', ['test', 'train'], manifest));
    const parts = await openModel('embedded');
    const background = await parts.background();
    await parts.close();
    const labels = [...new Set(shipped.label)].sort();
    console.log('label sets of labels that the model knows, shipped model:');
    const test = places(shipped, ({ split }) => split === 'test');
    unlabelledErrors('test pictures', shipped, { labels, chosen: test, background });
    labelledErrors('test pictures', shipped, { labels, background, draws: DRAWS, split: fifths(test) });
    for (const [name, figures] of hardCases(shipped, labels, test, background)) line(name, figures);
    await twinFigures();
    await twoModels(shipped, background, labels, manifest);
  });
}

interface Kind {
  readonly label: string;
  readonly split: string;
}

function places(set: EmbeddedPictures, isWanted: (picture: Kind) => boolean): number[] {
  return set.label.flatMap((label, i) => (isWanted({ label, split: set.split[i] ?? '' }) ? [i] : []));
}

interface Given {
  readonly labels: readonly string[];
  readonly chosen: readonly number[];
  readonly background: Background | undefined;
}

function unlabelledErrors(name: string, set: EmbeddedPictures, { labels, chosen, background }: Given): void {
  const before = classifierFor(set, labels);
  const after = fitted(before, { collection: chosenPictures(set, chosen), background });
  line(`${name}, ${labels.length} labels, as it is`, errorFigures(answersOf(before, set, chosen)));
  line(
    `${name}, ${labels.length} labels, calibrated`,
    errorFigures(answersOf(after.classifier, set, chosen)),
  );
}

function line(name: string, figures: ReturnType<typeof errorFigures>): void {
  const text = Object.entries(figures).map(([what, value]) => `${what} ${value.toFixed(3)}`);
  console.log(`  ${name.padEnd(58)} ${text.join('  ')}`);
}

interface LabelledGiven extends Omit<Given, 'chosen'> {
  readonly draws: number;
  /** Pictures to label, and pictures to measure with. */
  readonly split: (draw: number) => [number[], number[]];
}

function labelledErrors(
  name: string,
  set: EmbeddedPictures,
  { labels, background, draws, split }: LabelledGiven,
): void {
  const all = Array.from({ length: draws }, (_, draw) => {
    const [toLabel, toMeasure] = split(draw);
    const chosen = evenlyByLabel(
      toLabel.map((i) => set.label[i] ?? ''),
      LABELLED_EACH * labels.length,
    ).flatMap((place) => toLabel[place] ?? []);
    const { classifier } = fitted(classifierFor(set, labels), {
      collection: chosenPictures(set, toMeasure),
      background,
      labelled: labelledAs(set, chosen, labels),
    });
    return { answers: answersOf(classifier, set, toMeasure), each: chosen.length / labels.length };
  });
  const each = all.reduce((sum, one) => sum + one.each, 0) / draws;
  // Each picture is measured once, in one of the draws: a fifth of them would be too few for fifteen bins.
  const figures = errorFigures(all.flatMap(({ answers }) => answers));
  line(`${name}, ${each.toFixed(0)} labelled pictures a label, cross-fitted`, figures);
}

/** Four fifths to label and one to measure with, another one at each draw. */
function fifths(from: readonly number[]): (draw: number) => [number[], number[]] {
  return (draw) => {
    const isMeasured = (place: number) => (place * 7 + draw) % DRAWS === 0;
    return [from.filter((_, place) => !isMeasured(place)), from.filter((_, place) => isMeasured(place))];
  };
}

async function twinFigures(): Promise<void> {
  const folder = flag('twin');
  if (!folder) return console.log('No figures of held-out labels: --twin names no folder of embeddings');
  const twin = await readEmbeddedPictures(folder);
  const isHeld = ({ label }: Kind) => twin.heldOut.has(label);
  const labels = [...twin.heldOut].filter((label) => twin.label.includes(label));
  const seen = places(twin, (picture) => picture.split === 'train' && !isHeld(picture));
  const background = backgroundOf(twin, seen);
  console.log(`labels that the twin has never seen, temperature ${background.temperature?.toFixed(2)}:`);
  const own = places(twin, isHeld);
  const among = places(twin, (picture) => isHeld(picture) || picture.split === 'test');
  unlabelledErrors('their own pictures', twin, { labels, chosen: own, background });
  unlabelledErrors('among all test pictures', twin, { labels, chosen: among, background });
  labelledErrors('their own pictures', twin, { labels, background, draws: DRAWS, split: fifths(own) });
  rejectFigures(twin, background);
}

function backgroundOf(set: EmbeddedPictures, among: readonly number[]): Background {
  const chosen = evenlyByLabel(
    among.map((i) => set.label[i] ?? ''),
    3_000,
  ).flatMap((place) => among[place] ?? []);
  const shown = new Set(chosen.map((i) => set.label[i]));
  const { size } = set.pictures;
  const rows = set.labels.flatMap((label, i) =>
    shown.has(label) ? [set.texts.subarray(i * size, (i + 1) * size)] : [],
  );
  const pictures = chosenPictures(set, chosen);
  return { ...pictures, temperature: modelTemperature(pictures, embeddingMatrix(set.model, rows, size)) };
}

/** Pictures of labels that the set and the model do not know, against those of labels that they do. */
function rejectFigures(twin: EmbeddedPictures, background: Background): void {
  const labels = [...new Set(twin.label)].filter((label) => !twin.heldOut.has(label));
  const known = places(twin, ({ label, split }) => split === 'test' && !twin.heldOut.has(label));
  const unknown = places(twin, ({ label }) => twin.heldOut.has(label));
  const chosen = [...known, ...unknown];
  const collection = chosenPictures(twin, chosen);
  const { classifier } = fitted(classifierFor(twin, labels, 'exclusive'), { collection, background });
  const shares = chosen.map((_, i) => {
    const embedding = { modelDigest: twin.model, values: embeddingAt(collection, i) };
    return [...scoresByLabel(embedding, classifier).values()].reduce((sum, score) => sum + score, 0);
  });
  const auroc = rankedShare(shares.slice(0, known.length), shares.slice(known.length));
  console.log(
    `reject option, ${labels.length} known labels against ${twin.heldOut.size} unknown: AUROC ${auroc?.toFixed(3)}`,
  );
}

async function twoModels(
  shipped: EmbeddedPictures,
  background: Background | undefined,
  labels: readonly string[],
  manifest: string,
): Promise<void> {
  if (!(await isThere(TINY_CHECKPOINT)))
    return console.log(`No second model: there is no ${TINY_CHECKPOINT}`);
  const out = await mkdtemp(join(tmpdir(), 'cliptag-tiny-'));
  try {
    const folder = join(out, 'model');
    await compileModel(TINY_CHECKPOINT, { out: folder, samples: [], precision: 'fp32' });
    const made = await makeBackground({ model: folder, source: manifest, split: 'train', pictures: 3_000 });
    const tiny = await embeddings(folder, ['test'], manifest);
    const half = labels.filter((_, i) => i % 2 === 0);
    const few = labels.filter((_, i) => i % 9 === 0);
    for (const some of [labels, half, few]) {
      const [first, second] = [shownTags(shipped, background, some), shownTags(tiny, made.background, some)];
      const ratio = Math.max(first.after / second.after, second.after / first.after);
      console.log(
        `${some.length} labels, tags of a thousand pictures: embedded ${first.before.toFixed(0)}, tiny ${second.before.toFixed(0)} as they are;`,
        `embedded ${first.after.toFixed(0)}, tiny ${second.after.toFixed(0)} calibrated: a factor of ${ratio.toFixed(2)}`,
      );
    }
  } finally {
    await rm(out, { recursive: true });
  }
}

function shownTags(set: EmbeddedPictures, background: Background | undefined, labels: readonly string[]) {
  const own = new Set(labels);
  const collection = chosenPictures(
    set,
    places(set, ({ split, label }) => split === 'test' && own.has(label)),
  );
  const before = classifierFor(set, labels);
  const { classifier } = fitted(before, { collection, background });
  return { before: tagsPerThousand(before, collection), after: tagsPerThousand(classifier, collection) };
}

async function embeddings(
  model: string,
  splits: readonly string[],
  manifest: string,
): Promise<EmbeddedPictures> {
  const parts = await openModel(model);
  try {
    return await embeddedSplits(manifest, splits, parts, await heldOutLabels());
  } finally {
    await parts.close();
  }
}

async function cached(name: string, make: () => Promise<EmbeddedPictures>): Promise<EmbeddedPictures> {
  const folder = join(cache, name);
  if (await isThere(join(folder, 'set.json'))) return readEmbeddedPictures(folder);
  const made = await make();
  await writeEmbeddedPictures(folder, made);
  return made;
}

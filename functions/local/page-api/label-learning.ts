import { mkdir, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  extendedText,
  type LabelSetToLearn,
  nameByFile,
  writeLearned,
} from '../../adapters/files/learned-label-files.ts';
import { packagePath } from '../../adapters/files/package-folder.ts';
import type { ApiPorts, LearnedFromImages } from '../../api/api-ports.ts';
import type { ImageName, LearningRequest } from '../../api/contract.ts';
import type { Background } from '../../core/calibration/background.ts';
import { CliptagError, InvalidInput } from '../../core/errors.ts';
import { type PromptRows, promptRows } from '../../core/labels/classifier.ts';
import { embeddingFromBytes, type PromptEncoder } from '../../core/labels/embedding.ts';
import { embeddingAt } from '../../core/labels/embedding-matrix.ts';
import { fitOf, type LabelSet } from '../../core/labels/label-set.ts';
import { labelFitOf } from '../../core/labels/label-set-fit.ts';
import {
  distinctKnown,
  type Example,
  type KnownExamples,
  withEarlier,
} from '../../core/learning/known-examples.ts';
import { labelToLearn, newLabelSet, withNewLabels } from '../../core/learning/label-to-learn.ts';
import { learnedLabels } from '../../core/learning/learned-labels.ts';
import { type StoredImages, storedImages } from '../../core/records/stored-images.ts';
import type { ScannableTable } from '../../core/records/tag-table.ts';
import { describeImage, type ImageReader } from '../../core/tagging/describe-image.ts';
import type { DynamoDbEndpoint } from '../dynamodb/dynamodb-endpoint.ts';
import type { LabelSetsInUse, LiveLabelSets } from '../label-sets/live-label-sets.ts';
import type { OwnLabelSets } from '../label-sets/own-label-sets.ts';

export interface LabelLearningOptions {
  readonly live: Pick<LiveLabelSets, 'now' | 'look'>;
  readonly own: Pick<OwnLabelSets, 'pathOf'>;
  readonly table: ScannableTable;
  readonly reader: ImageReader;
  readonly textEncoder: PromptEncoder;
  readonly background: () => Promise<Background | undefined>;
  readonly readImages: DynamoDbEndpoint['readImages'];
  readonly now: () => Date;
}

/**
 * Learns labels from images that somebody has chosen in the page, one after the other: by exact embeddings, as the table has them.
 */
export function labelLearning(options: LabelLearningOptions): NonNullable<ApiPorts['learnLabel']> {
  let last: Promise<unknown> = Promise.resolve();
  return (request) => {
    const result = last.then(() => learned(request, options));
    last = result.catch(() => {});
    return result;
  };
}

async function learned(request: LearningRequest, options: LabelLearningOptions): Promise<LearnedFromImages> {
  const { live, own, table, textEncoder, now, readImages } = options;
  const { modelDigest } = textEncoder;
  // What was changed by hand a moment ago counts.
  await live.look();
  // Asked once: while images are read, other label sets may take the place of these.
  const inUse = live.now();
  const found = inUse.files.find(({ labelSet }) => labelSet.name === request.set);
  if (found && dirname(resolve(found.path)) === packagePath('models', 'labels')) throw given(request.set);
  const chosen: LabelSetToLearn = found ?? { path: own.pathOf(request.set) };
  const { label, isNew } = labelToLearn(request.label, chosen.labelSet);
  const labelSet = extended(chosen, isNew ? [label] : []);
  const newLabels = isNew ? [label] : [];
  // Some texts cannot be added to: told before there is much work.
  if (isNew) await extendedText(chosen, newLabels);
  const stored = await storedImages(table, modelDigest);
  const said = distinctKnown({
    positive: examplesOf(request.positive, stored),
    negative: examplesOf(request.negative, stored),
  });
  const fit = request.replace ? undefined : fitOf(labelSet, modelDigest);
  const before = fit && labelFitOf(fit, label)?.examples;
  const earlier =
    before && (await earlierExamples(before, { stored, folder: dirname(chosen.path), ...options }));
  const examples = earlier ? withEarlier(said, earlier) : said;
  if (examples.positive.length === 0) {
    throw new InvalidInput('Nothing can be learned', [
      'positive: Expected at least one image that has the label',
    ]);
  }
  const { labels, verdicts } = learnedLabels(new Map([[label, examples]]), {
    labelSet,
    rows: await rowsOf(labelSet, label, { inUse, textEncoder }),
    model: textEncoder,
    collection: stored,
    background: await options.background(),
    now: now(),
  });
  const [verdict] = verdicts;
  if (!verdict) throw new Error(`Expected a verdict on ${label}`);
  const isTaken = request.force || verdict.quality.verdict !== 'no better';
  const isWritten = !request.dryRun && isTaken;
  if (isWritten && !found) await mkdir(dirname(chosen.path), { recursive: true });
  const files = isWritten
    ? await writeLearned(chosen, { newLabels, labels, modelDigest, now: now() })
    : undefined;
  if (files) await live.look();
  const { quality, positive, negative, finds } = verdict;
  const count = (all: KnownExamples) => all.positive.length + all.negative.length;
  return {
    ...{ set: labelSet.name, label, isNew, positive, negative, quality, isWritten },
    earlier: count(examples) - count(said),
    finds: await withRecords(finds, readImages),
    remarks: [...(earlier?.remarks ?? [])],
    ...(files && { version: files.version }),
  };
}

/** What is written beside it would go with the next version of Cliptag. */
function given(name: string): CliptagError {
  return new CliptagError(
    'label-set-taken',
    `The label set "${name}" comes with Cliptag: choose one of your own, or a new one`,
  );
}

function extended({ path, labelSet }: LabelSetToLearn, names: readonly string[]): LabelSet {
  return withNewLabels(labelSet ?? newLabelSet(nameByFile(path)), names, path);
}

/** @throws {InvalidInput} naming every image that has no embedding of the pipeline's model */
function examplesOf(images: readonly ImageName[], stored: StoredImages): readonly Example[] {
  const names = images.map(({ bucket, key }) => `s3://${bucket}/${key}`);
  const { examples, lost } = storedExamples(names, stored);
  if (lost.length === 0) return examples;
  throw new InvalidInput(
    'Some examples cannot be used',
    lost.map((name) => `Expected an image with an embedding of the pipeline's model but received ${name}`),
  );
}

function storedExamples(names: readonly string[], { names: all, embeddings }: StoredImages) {
  const places = new Map(all.map((name, place) => [name, place]));
  const lost = names.filter((name) => !places.has(name));
  const examples = names.flatMap((name): readonly Example[] => {
    const place = places.get(name);
    return place === undefined ? [] : [{ name, embedding: embeddingAt(embeddings, place) }];
  });
  return { examples, lost };
}

interface EarlierPlace extends Pick<LabelLearningOptions, 'reader'> {
  readonly stored: StoredImages;
  /** That names of files are relative to. */
  readonly folder: string;
}

/** What a label was learned from before, as far as it is there still. */
async function earlierExamples(
  { positive, negative }: { readonly positive: readonly string[]; readonly negative: readonly string[] },
  place: EarlierPlace,
): Promise<KnownExamples & { readonly remarks: readonly string[] }> {
  const [having, lacking] = [await known(positive, place), await known(negative, place)];
  const lost = [...having.lost, ...lacking.lost];
  const remarks = lost.map(
    (name) => `${name}, an example of before, is left out: it cannot be read any more`,
  );
  return { positive: having.examples, negative: lacking.examples, remarks };
}

async function known(names: readonly string[], { stored, folder, reader }: EarlierPlace) {
  const isStored = (name: string) => name.startsWith('s3://');
  const { examples, lost } = storedExamples(names.filter(isStored), stored);
  const all = [...examples];
  for (const name of names.filter((one) => !isStored(one))) {
    const embedding = await fileEmbedding(resolve(folder, name), reader);
    if (embedding) all.push({ name, embedding });
    else lost.push(name);
  }
  return { examples: all, lost };
}

async function fileEmbedding(path: string, reader: ImageReader): Promise<Float32Array | undefined> {
  try {
    const { embedding, modelDigest } = await describeImage(await readFile(path), reader, []);
    return embeddingFromBytes(embedding, modelDigest).values;
  } catch (error) {
    if (error instanceof CliptagError || (error instanceof Error && 'syscall' in error)) return undefined;
    throw error;
  }
}

/** Rows of the words: those of a label set in use are there, and only the label itself is encoded. */
async function rowsOf(
  labelSet: LabelSet,
  label: string,
  { inUse, textEncoder }: { readonly inUse: LabelSetsInUse; readonly textEncoder: PromptEncoder },
): Promise<PromptRows> {
  const classifier = inUse.classifiers.find((one) => one.labelSet.name === labelSet.name);
  if (!classifier) return promptRows(labelSet, textEncoder);
  const place = labelSet.labels.findIndex(({ name }) => name === label);
  const own = await promptRows({ ...labelSet, labels: labelSet.labels.slice(place, place + 1) }, textEncoder);
  const labelRows = new Float32Array(labelSet.labels.length * own.labelRows.length);
  labelRows.set(classifier.labelRows);
  labelRows.set(own.labelRows, place * own.labelRows.length);
  return { labelRows, contrastRows: classifier.contrastRows };
}

async function withRecords(
  finds: ReadonlyArray<{ readonly name: string; readonly score: number; readonly isTag: boolean }>,
  readImages: DynamoDbEndpoint['readImages'],
): Promise<LearnedFromImages['finds']> {
  const names = finds.map(({ name }) => imageNamed(name));
  const records = await readImages(names);
  return finds.flatMap(({ score, isTag }, i) => {
    const image = records.find(({ bucket, key }) => bucket === names[i]?.bucket && key === names[i]?.key);
    return image ? [{ image, score, isTag }] : [];
  });
}

function imageNamed(name: string): ImageName {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(name) ?? [];
  return { bucket, key };
}

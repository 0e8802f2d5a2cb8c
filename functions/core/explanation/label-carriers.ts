import type { Classifier } from '../labels/classifier.ts';
import { type Embedding, embeddingFromBytes } from '../labels/embedding.ts';
import { fitOf, promptsOf } from '../labels/label-set.ts';
import { labelFitOf } from '../labels/label-set-fit.ts';
import { imageRecordOf, readImageAttributes } from '../records/image-record.ts';
import { MAXIMUM_BATCH_KEYS, type TagTable } from '../records/tag-table.ts';
import { type Carrier, carriersOf, type NamedEmbedding } from './carriers.ts';
import type { ExplainableImage, ExplainedLabel } from './explained-image.ts';

/** Where directions of prompts and of examples come from. */
export interface CarrierPorts {
  /** The model's text encoder; asked only for labels of several prompts. @default their prompts are not told apart */
  readonly encode?: ((prompts: readonly string[]) => Promise<readonly Embedding[]>) | undefined;
  /** Where examples are stored. @default examples are not told */
  readonly table?: Pick<TagTable, 'readBatch'> | undefined;
}

/** Each prompt takes the text encoder a few milliseconds. */
const MAXIMUM_PROMPTS = 64;
/** Of the nearest ones. */
const TOLD_EXAMPLES = 5;

type CarriedBy = Pick<ExplainedLabel, 'prompts' | 'examples'>;

/** Which prompt carries a label's score, or which of the examples that it was learned from. */
export async function labelCarriers(
  { model }: ExplainedLabel,
  image: ExplainableImage,
  classifier: Classifier,
  ports: CarrierPorts,
): Promise<CarriedBy> {
  const { embedding: bytes, modelDigest } = image;
  if (!model || bytes === undefined || modelDigest === undefined) return {};
  const embedding = embeddingFromBytes(bytes, modelDigest);
  const examples = model.isLearned ? await nearestExamples(model.label, embedding, classifier, ports) : [];
  const prompts = await promptCarriers(model, embedding, classifier, ports);
  return { ...(prompts.length > 0 && { prompts }), ...(examples.length > 0 && { examples }) };
}

async function promptCarriers(
  { label, cosine = 0, isLearned }: NonNullable<ExplainedLabel['model']>,
  embedding: Embedding,
  { labelSet }: Classifier,
  { encode }: CarrierPorts,
): Promise<readonly Carrier[]> {
  const listed = labelSet.labels.find(({ name }) => name === label);
  const prompts = listed ? promptsOf(labelSet, listed).slice(0, MAXIMUM_PROMPTS) : [];
  const [only, ...more] = prompts;
  if (only !== undefined && more.length === 0 && !isLearned) return [{ text: only, cosine }];
  if (prompts.length === 0 || !encode) return [];
  return carriersOf(embedding, named(prompts, await encode(prompts)));
}

async function nearestExamples(
  label: string,
  embedding: Embedding,
  { labelSet, modelDigest }: Classifier,
  { table }: CarrierPorts,
): Promise<readonly Carrier[]> {
  const fit = fitOf(labelSet, modelDigest);
  const positive = (fit && labelFitOf(fit, label))?.examples?.positive ?? [];
  const objects = positive.flatMap((name) => storedImage(name) ?? []).slice(0, MAXIMUM_BATCH_KEYS);
  if (!table || objects.length === 0) return [];
  const items = await table.readBatch(
    readImageAttributes(objects, ['bucket', 'key', 'modelDigest', 'embedding']),
  );
  const found = items.map(imageRecordOf).flatMap((record): NamedEmbedding[] =>
    record.embedding && record.modelDigest === modelDigest
      ? [
          {
            text: `s3://${record.bucket}/${record.key}`,
            embedding: embeddingFromBytes(record.embedding, modelDigest),
          },
        ]
      : [],
  );
  return carriersOf(embedding, found).slice(0, TOLD_EXAMPLES);
}

/** The image that an example's name stands for; undefined for a file. */
export function storedImage(name: string): { readonly bucket: string; readonly key: string } | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(name) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

function named(texts: readonly string[], embeddings: readonly Embedding[]): readonly NamedEmbedding[] {
  return embeddings.map((embedding, at) => ({ text: texts[at] ?? '', embedding }));
}

import { setImmediate as othersTurn } from 'node:timers/promises';
import type { ApiPorts } from '../../api/api-ports.ts';
import { compileClassifier } from '../../core/labels/classifier.ts';
import type { Embedding, PromptEncoder } from '../../core/labels/embedding.ts';
import { labelPreview, type PreviewedLabel } from '../../core/search/label-preview.ts';
import type { DynamoDbEndpoint } from '../dynamodb/dynamodb-endpoint.ts';
import { typedLabelSet } from '../label-sets/own-label-set-changes.ts';
import type { CollectedImages } from './collected-images.ts';

export interface LabelPreviewsOptions {
  readonly collected: Pick<CollectedImages, 'collection' | 'whole'>;
  readonly textEncoder: PromptEncoder;
  readonly readImages: DynamoDbEndpoint['readImages'];
}

/** Whoever types asks again and again for the same words, and one more. */
const KEPT_TEXTS = 1_000;

/** Shows what pictures labels would be given to that somebody types: by the embeddings in memory, and no picture is decoded. */
export function labelPreviews({
  collected: { collection, whole },
  textEncoder,
  readImages,
}: LabelPreviewsOptions): NonNullable<ApiPorts['previewLabelSet']> {
  const encoder = remembering(textEncoder);
  /** One after the other: each takes the whole of a processor. */
  let last: Promise<unknown> = Promise.resolve();

  async function found(request: Parameters<NonNullable<ApiPorts['previewLabelSet']>>[0]) {
    const labelSet = typedLabelSet({ name: 'preview', ...request });
    await whole();
    const classifier = await compileClassifier(labelSet, encoder);
    const steps = labelPreview(collection, classifier, request.images);
    for (;;) {
      const { done, value } = steps.next();
      // Before anything else has its turn, for rows stay as they are only until then.
      if (done)
        return { minimumScore: labelSet.minimumScore, total: value.images, labels: value.labels.map(named) };
      await othersTurn();
    }
  }

  function named({ best, ...label }: PreviewedLabel) {
    const there = best.filter(({ row }) => collection.isThere(row));
    return {
      ...label,
      best: there.map(({ row, score }) => ({
        name: { bucket: collection.bucketOf(row), key: collection.keyOf(row) },
        score: Math.min(1, Number(score.toFixed(4))),
      })),
    };
  }

  return async (request) => {
    const result = last.then(() => found(request));
    last = result.catch(() => {});
    const { labels, ...rest } = await result;
    const shown = labels.map(async ({ label, count, best }) => {
      const records = await readImages(best.map(({ name }) => name));
      const images = best.flatMap(({ name, score }) => {
        const record = records.find(({ bucket, key }) => bucket === name.bucket && key === name.key);
        return record?.status === 'tagged' ? [{ ...record, score }] : [];
      });
      return { label, count, images };
    });
    return { ...rest, labels: await Promise.all(shown) };
  };
}

/** Keeps the embeddings of the last texts. */
function remembering(textEncoder: PromptEncoder): PromptEncoder {
  const known = new Map<string, Embedding>();
  return {
    ...textEncoder,
    async encode(texts) {
      const missing = [...new Set(texts.filter((text) => !known.has(text)))];
      const embeddings = await textEncoder.encode(missing);
      const found = new Map(known);
      for (const [i, text] of missing.entries()) {
        const embedding = embeddings[i];
        if (embedding) found.set(text, embedding);
      }
      const wanted = texts.flatMap((text) => found.get(text) ?? []);
      // Those of now stand last, and the first ones go.
      for (const text of new Set(texts)) {
        const embedding = found.get(text);
        known.delete(text);
        if (embedding) known.set(text, embedding);
      }
      for (const text of known.keys()) if (known.size > KEPT_TEXTS) known.delete(text);
      return wanted;
    },
  };
}

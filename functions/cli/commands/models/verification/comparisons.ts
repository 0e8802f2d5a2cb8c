import { basename } from 'node:path';
import { pairedCosines, rankAgreement } from '../../../../core/evaluation/agreement.ts';
import { bestLabels, withoutParents } from '../../../../core/evaluation/evaluation.ts';
import { compileClassifier } from '../../../../core/labels/classifier.ts';
import type { Embedding } from '../../../../core/labels/embedding.ts';
import { type LabelSet, withoutFits } from '../../../../core/labels/label-set.ts';
import type { EncodedPictures, EncodedTexts } from './encoded.ts';
import type { ReferenceEmbeddings } from './reference-embeddings.ts';
import { type Comparison, type LabelSetRanks, type Paired, summed } from './verification.ts';

/** Both models' answers for the same pictures and texts; `float32` where there is a counterpart. */
export interface Encoded {
  readonly pictures: EncodedPictures;
  readonly texts: EncodedTexts;
  readonly float32?: EncodedTexts;
}

/** Labels by which rankings are compared. */
const BEST_LABELS = 5;

/** The model beside its float32 counterpart. */
export async function float32Comparison(
  { pictures, texts, float32 }: Encoded & { readonly float32: EncodedTexts },
  labelSets: readonly LabelSet[],
): Promise<Comparison> {
  const { paths, alone, counterpart } = pictures;
  return {
    ...{ of: 'model', with: 'float32' },
    ...summed(
      pairedPictures(paths, alone, counterpart),
      pairedTexts(texts.texts, texts.of(texts.texts), float32.of(texts.texts)),
    ),
    ranks: await Promise.all(
      labelSets.map((labelSet) => labelSetRanks(labelSet, { pictures, texts, float32 })),
    ),
  };
}

/** Each model ranks the labels by its own text encoder; what was fitted to them with one of the two says nothing of it. */
async function labelSetRanks(
  labelSet: LabelSet,
  { pictures, texts, float32 }: Encoded & { readonly float32: EncodedTexts },
): Promise<LabelSetRanks> {
  const [best, expected] = await Promise.all([
    rankings(labelSet, texts, pictures.alone),
    rankings(labelSet, float32, pictures.counterpart),
  ]);
  return { labelSet: labelSet.name, labels: labelSet.labels.length, ...rankAgreement(best, expected) };
}

async function rankings(
  labelSet: LabelSet,
  texts: EncodedTexts,
  embeddings: readonly Embedding[],
): Promise<ReadonlyArray<readonly string[]>> {
  const classifier = withoutParents(await compileClassifier(withoutFits(labelSet), texts));
  return embeddings.map((embedding) =>
    bestLabels(embedding, classifier, BEST_LABELS).map(({ label }) => label),
  );
}

/** Model and counterpart beside embeddings of the reference's own code, for those pictures that it has. */
export function referenceComparisons(
  { pictures, texts, float32 }: Encoded,
  reference: ReferenceEmbeddings,
): readonly Comparison[] {
  const known = [...pictures.paths.entries()].flatMap(([at, path]) => {
    const image = reference.images.get(basename(path));
    return image ? [{ at, path, values: image.values }] : [];
  });
  const comparison = (
    of: Comparison['of'],
    embeddings: readonly Embedding[],
    encoder: EncodedTexts,
  ): Comparison => {
    const own = known.flatMap(({ at }) => embeddings[at] ?? []);
    const names = [...reference.texts.keys()];
    const paths = known.map(({ path }) => path);
    const sums = summed(
      pairedPictures(paths, own, known),
      pairedTexts(names, encoder.of(names), [...reference.texts.values()]),
    );
    return { of, with: 'reference', ...sums, ranks: [] };
  };
  return [
    comparison('model', pictures.alone, texts),
    ...(float32 ? [comparison('float32', pictures.counterpart, float32)] : []),
  ];
}

/** How far neighbours in a run change an embedding. */
export function batchComparison({ pictures }: Encoded): Comparison {
  const { paths, alone, inBatches } = pictures;
  return {
    ...{ of: 'model', with: 'batches', ranks: [] },
    ...summed(pairedPictures(paths, inBatches, alone), []),
  };
}

type Values = Pick<Embedding, 'values'>;

function pairedPictures(
  paths: readonly string[],
  embeddings: readonly Embedding[],
  references: readonly Values[],
): readonly Paired[] {
  const cosines = pairedCosines(embeddings, references);
  return paths.map((path, i) => ({ path, cosine: cosines[i] ?? Number.NaN }));
}

function pairedTexts(
  texts: readonly string[],
  embeddings: readonly Embedding[],
  references: readonly Values[],
): readonly Paired[] {
  const cosines = pairedCosines(embeddings, references);
  return texts.map((text, i) => ({ text, cosine: cosines[i] ?? Number.NaN }));
}

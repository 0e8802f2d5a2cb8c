import type { PromptEncoder } from '../../labels/embedding.ts';
import type { ImageCollection } from '../image-collection.ts';
import type { RelevanceModel } from '../relevance.ts';
import { BACKGROUND_TEXTS } from './background-texts.ts';
import { bulkOf, cosineHistogram } from './cosine-histogram.ts';
import { type Background, fittedRelevance } from './fitted-relevance.ts';
import { unrelatedCosine } from './unrelated-cosine.ts';

/** How relevance to texts is judged in a collection: before that, the collection is compared with some texts. */
export interface TextRelevance {
  /** As the collection is now. */
  model(): Promise<RelevanceModel>;
}

/** The background is measured again when there are so many times more rows: it is the model's, far more than the images'. */
const GROWTH = 2;

/**
 * Relevance of free text. What a text's cosines are to images that it does not fit is measured on the collection itself,
 * with texts of many kinds (32 scans, once); the step by which a higher cosine makes an image more likely is the one that
 * the model was trained with, its logit scale.
 *
 * @throws {ModelMismatch} while encoding, when the encoder is of another model than it says
 */
export function textRelevance(
  collection: Pick<ImageCollection, 'rowCount' | 'cosines'>,
  encoder: Pick<PromptEncoder, 'encode' | 'logitScale'>,
): TextRelevance {
  let texts: Promise<readonly Float32Array[]> | undefined;
  let measured: { readonly rows: number; readonly model: RelevanceModel } | undefined;
  return {
    async model() {
      texts ??= encoder.encode(BACKGROUND_TEXTS).then((all) => all.map(({ values }) => values));
      const vectors = await texts.catch((error: unknown) => {
        texts = undefined;
        throw error;
      });
      const { rowCount } = collection;
      if (!measured || rowCount > GROWTH * measured.rows) {
        measured = { rows: rowCount, model: modelOf(collection, vectors, encoder.logitScale) };
      }
      return measured.model;
    },
  };
}

function modelOf(
  collection: Pick<ImageCollection, 'rowCount' | 'cosines'>,
  texts: readonly Float32Array[],
  logitScale: number,
): RelevanceModel {
  const { values, counts } = cosineHistogram(texts.map((text) => collection.cosines(text)));
  const bulk = counts.length === 0 ? { centre: 0, deviation: 0 } : bulkOf(values, counts);
  return fittedRelevance({ ...bulk, slope: logitScale });
}

/**
 * Log likelihood ratio of images that are wholly alike to those that have nothing to do with each other, over the cosines
 * between these two; measured on pairs of the same and of another label (docs/relevance.md).
 */
const ALIKE_LOG_RATIO = 9.7;
/** One image in 90: whoever asks for the like of an image has it before their eyes, and misses less of it than of a word. */
const LEAST_ALIKE_LOG_ODDS = -4.5;

/**
 * Relevance of images to an image. No model was trained to compare images with images, so the step is measured and not the
 * logit scale; it spans what lies between the collection's own unrelated pairs and equality.
 */
export function imageRelevance(
  collection: Pick<ImageCollection, 'rowCount' | 'cosineOf' | 'hasEmbedding'>,
): RelevanceModel {
  const rows: number[] = [];
  for (let row = 0; row < collection.rowCount; row++) if (collection.hasEmbedding(row)) rows.push(row);
  const bulk = unrelatedCosine(collection, rows);
  const background: Background = {
    ...bulk,
    slope: ALIKE_LOG_RATIO / (1 - bulk.centre),
    leastLogOdds: LEAST_ALIKE_LOG_ODDS,
  };
  return fittedRelevance(background);
}

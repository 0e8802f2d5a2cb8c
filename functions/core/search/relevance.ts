/** How relevant the images of a collection are to one text, or to one image's content. */
export interface Relevance {
  /** In [0, 1]; the higher the cosine, the higher or the same. */
  scoreOf(cosine: number): number;
  /** Lowest score of an image that is relevant. */
  readonly minimumScore: number;
  /** Finite numbers that {@link RelevanceModel.from} makes the same of again: cursors carry them from page to page. */
  readonly numbers: readonly number[];
}

/** Relevance by the cosines of all images of a collection with the text or content; NaN where there is no embedding. */
export type RelevanceOf = (cosines: Float32Array) => Relevance;

export interface RelevanceModel {
  readonly of: RelevanceOf;
  /** The one that has these numbers; `undefined` when none has. */
  readonly from: (numbers: readonly number[]) => Relevance | undefined;
}

/** How a search judges what is relevant, by the collection as it is now. */
export interface SearchRelevance {
  /** What the text encoder is asked for a free text; the mean of several stands for the text. */
  readonly promptsOf: (text: string) => readonly string[];
  readonly text: () => Promise<RelevanceModel>;
  /** Of images that are similar to one. */
  readonly similar: () => Promise<RelevanceModel>;
}

/** Standard deviations above the mean at which relevance begins, and over which its score rises. */
const FIRST_DEVIATION = 2;
const SPREAD = 1;

/**
 * A plain one: a logistic curve over standard deviations from the collection's mean cosine, relevant from
 * {@link FIRST_DEVIATION} on.
 */
export const plainRelevance: RelevanceModel = {
  of: (cosines) => {
    let [count, sum, squares] = [0, 0, 0];
    for (const cosine of cosines) {
      if (Number.isNaN(cosine)) continue;
      count++;
      sum += cosine;
      squares += cosine * cosine;
    }
    const mean = count === 0 ? 0 : sum / count;
    return plain(mean, Math.sqrt(Math.max(0, squares / Math.max(1, count) - mean * mean)));
  },
  from: ([mean, deviation, ...rest]) =>
    mean === undefined || deviation === undefined || rest.length > 0 ? undefined : plain(mean, deviation),
};

function plain(mean: number, deviation: number): Relevance {
  const spread = Math.max(deviation * SPREAD, 1e-6);
  const first = mean + deviation * FIRST_DEVIATION;
  return {
    scoreOf: (cosine) => 1 / (1 + Math.exp(-(cosine - first) / spread)),
    minimumScore: 0.5,
    numbers: [mean, deviation],
  };
}

export const plainSearchRelevance: SearchRelevance = {
  promptsOf: (text) => [text],
  text: async () => plainRelevance,
  similar: async () => plainRelevance,
};

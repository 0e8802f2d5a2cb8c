import type { EmbeddingMatrix } from '../labels/embedding-matrix.ts';

/** Pictures of many kinds that come with a model: what labels have to stand out from before there is a collection. */
export interface Background extends EmbeddingMatrix {
  /**
   * Log odds for each deviation that a picture stands above a label's null distribution, as found with the model's own
   * background; see `modelTemperature`. @default the model's logit scale
   */
  readonly temperature?: number | undefined;
}

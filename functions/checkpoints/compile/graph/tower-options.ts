import type { LayerWeights } from '../weights/layer-weights.ts';
import type { Precision } from './product.ts';

/** How the graph of a tower, image or text, is written. */
export interface TowerOptions {
  readonly precision: Precision;
  /** Called with each layer's weights, first to last; may change them in ways that leave the result the same. */
  readonly prepare?: (weights: LayerWeights, index: number) => Promise<LayerWeights>;
}

/*
 * A CLIP checkpoint as the compiler sees it, in whichever layout it was published: the shapes of its two towers, its
 * preprocessing, and its tensors under one set of names. `checkpoint-folder.ts` opens one.
 */

export type Activation =
  /** x · Φ(x), by the error function. */
  | 'gelu'
  /** x · sigmoid(1.702 x), as OpenAI trained with. */
  | 'quick_gelu'
  /** x · Φ(x), Φ approximated with tanh (SigLIP). */
  | 'gelu_tanh';

/** A transformer of pre-norm blocks: x + out(attention(norm1(x))), then x + down(activation(up(norm2(x)))). */
export interface TowerShape {
  readonly width: number;
  readonly layers: number;
  /** Divides `width`; queries are scaled by 1 / √(width / heads). */
  readonly heads: number;
  readonly mlpWidth: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
}

export interface ImageTowerShape extends TowerShape {
  /** Width and height of the encoder's input in pixels. */
  readonly imageSize: number;
  /** Width and height of a patch; `imageSize` is rounded down to whole patches. */
  readonly patchSize: number;
  /** Positions are `tokens` = patches (+ 1 with a class token, which comes first). */
  readonly tokens: number;
  readonly hasClassToken: boolean;
  /** CLIP's extra norm between the positions and the first layer. */
  readonly hasNormBefore: boolean;
  readonly patchBias: boolean;
  /**
   * - `class`: normAfter(class token), then `image.projection`
   * - `attention`: normAfter(every token), then SigLIP's head: p = attention(probe, tokens), p + mlp(norm(p)); it has
   *   no projection, `width` is the embedding's size
   */
  readonly pooling: 'class' | 'attention';
}

export interface TextTowerShape extends TowerShape {
  /** Tokens per text, start and end token included. */
  readonly contextLength: number;
  readonly vocabularySize: number;
  /** The id that closes every text. */
  readonly endToken: number;
  /** The id that opens every text; SigLIP has none. */
  readonly startToken?: number;
  /** The id that fills a text up to `contextLength`. It has no influence with `causal` and pooling `end`. */
  readonly padToken: number;
  readonly causal: boolean;
  /** The token whose embedding is projected: the first end token, or the last of exactly `contextLength`. */
  readonly pooling: 'end' | 'last';
  readonly projectionBias: boolean;
}

export interface Preprocessing {
  /** Mean of red, green and blue, each in [0, 1]. */
  readonly mean: readonly [number, number, number];
  /** Standard deviation, likewise. */
  readonly std: readonly [number, number, number];
  /** Width and height in pixels; equal to the image tower's `imageSize`. */
  readonly size: number;
  /**
   * - `bicubic`: short side to `size`, then the centre
   * - `squash`: both sides to `size`, whatever the picture's proportions
   */
  readonly resize: 'bicubic' | 'squash';
}

type Layer = `${'norm1' | 'norm2' | 'query' | 'key' | 'value' | 'out' | 'up' | 'down'}.${'weight' | 'bias'}`;
type PoolingHead =
  | 'probe'
  | `${'query' | 'key' | 'value' | 'out' | 'norm' | 'up' | 'down'}.${'weight' | 'bias'}`;

/**
 * A tensor's name, whatever a layout calls it. Matrices are [out, in] as in PyTorch's `Linear` (y = W x + b), norms and
 * biases [width]; a layer's `up` is [mlpWidth, width], its `down` [width, mlpWidth]. The others:
 *
 * - `image.patch.weight` [width, 3, patchSize, patchSize] (channel, row, column), `image.patch.bias` [width]
 * - `image.class` [width], `image.positions` [tokens, width], `image.projection` [embeddingSize, width]
 * - `image.pool.probe` [width]
 * - `text.tokens` [vocabularySize, width], `text.positions` [contextLength, width]
 * - `text.projection.weight` [embeddingSize, width], `text.projection.bias` [embeddingSize]
 */
export type TensorName =
  | `image.patch.${'weight' | 'bias'}`
  | 'image.class'
  | 'image.positions'
  | `image.normBefore.${'weight' | 'bias'}`
  | `image.layers.${number}.${Layer}`
  | `image.normAfter.${'weight' | 'bias'}`
  | 'image.projection'
  | `image.pool.${PoolingHead}`
  | 'text.tokens'
  | 'text.positions'
  | `text.layers.${number}.${Layer}`
  | `text.normAfter.${'weight' | 'bias'}`
  | `text.projection.${'weight' | 'bias'}`;

/** The part of a tensor's name before `.weight` and `.bias`, where it has both. */
export type WeightAndBias = TensorName extends infer Name
  ? Name extends `${infer Stem}.weight`
    ? Stem
    : never
  : never;

export type Layout = 'open_clip' | 'huggingface';

/** A checkpoint's shapes and numbers that are not tensors. */
export interface CheckpointShape {
  readonly embeddingSize: number;
  readonly image: ImageTowerShape;
  readonly text: TextTowerShape;
  readonly preprocessing: Preprocessing;
  /** `sigmoid`: every label by itself, sigmoid(logitScale × cosine + logitBias). */
  readonly scoring: 'softmax' | 'sigmoid';
}

/** An open checkpoint: all tensors exist and have their shapes; their numbers are read one tensor at a time. */
export interface Checkpoint extends CheckpointShape {
  readonly folder: string;
  readonly layout: Layout;
  /** The multiplier of cosines; already exponentiated. */
  readonly logitScale: number;
  /** Added to a logit; SigLIP only. */
  readonly logitBias?: number;
  /** Reads a tensor as float32, row-major. @throws {InvalidInput} for a tensor that this checkpoint does not have */
  read(name: TensorName): Promise<Float32Array>;
  /** Rows of `text.tokens`, which may be larger than all the rest: as {@link Checkpoint.read} would give them. */
  readTokenRows(first: number, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

import type { ModelManifest } from '../../adapters/files/model-folder.ts';
import type { Precision } from './graph/product.ts';
import type { Checkpoint } from './read/checkpoint.ts';

/** What a manifest says about a model apart from its origin and its files. */
export type ModelDescription = Omit<
  ModelManifest,
  'name' | 'description' | 'source' | 'revision' | 'licence' | 'files'
> & { readonly description: string };

export function describeCheckpoint(checkpoint: Checkpoint, precision: Precision): ModelDescription {
  const { image, text, preprocessing, embeddingSize, logitScale, logitBias, scoring } = checkpoint;
  return {
    description: `Transformer of ${image.layers} layers × ${image.width}, patches of ${image.patchSize} pixels`,
    precision,
    image: { size: preprocessing.size, resize: preprocessing.resize },
    text: {
      contextLength: text.contextLength,
      endToken: text.endToken,
      // Short texts are not padded where no token sees those behind the end token.
      ...(!(text.causal && text.pooling === 'end') && { padToken: text.padToken }),
    },
    embeddingSize,
    logitScale,
    scoring,
    ...(logitBias !== undefined && { logitBias }),
  };
}

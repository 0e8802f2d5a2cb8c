import { dot, normalised, type PromptEncoder } from '../embedding.ts';
import type { LabelSet } from '../label-set.ts';
import { REFERENCE_WORDS } from './reference-words.ts';

/**
 * Where texts lie for a model, without what they all have in common. In this space, the cosine of two texts means much the
 * same with different models: with raw cosines, half of all pairs of things lie above 0.75 with OpenAI's ViT-B/32, and below
 * 0.05 with the embedded model.
 */
export interface TextSpace {
  /** Unit direction of several prompts together. */
  directionOf(prompts: readonly string[]): Float32Array;
}

/**
 * @param texts every prompt that will be asked about
 */
export async function textSpace(
  labelSet: LabelSet,
  texts: readonly string[],
  encoder: PromptEncoder,
): Promise<TextSpace> {
  const [template = '{label}'] = labelSet.promptTemplates;
  const references = REFERENCE_WORDS.map((word) => template.replaceAll('{label}', () => word));
  const all = [...new Set([...texts, ...references])];
  const embeddings = await encoder.encode(all);
  const valuesOf = new Map(all.map((text, i) => [text, embeddings[i]?.values ?? new Float32Array(0)]));
  const centre = scaledSum(
    references.map((text) => valuesOf.get(text) ?? []),
    1 / references.length,
  );
  return {
    directionOf(prompts) {
      const sum = normalised(
        scaledSum(
          prompts.map((text) => valuesOf.get(text) ?? []),
          1,
        ),
      );
      return unitOrZero(sum.map((value, i) => value - (centre[i] ?? 0)));
    },
  };
}

function scaledSum(vectors: ReadonlyArray<ArrayLike<number>>, scale: number): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors)
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0) * scale;
  return sum;
}

/** A text that is nothing but what all texts are has no direction. */
function unitOrZero(vector: Float32Array): Float32Array {
  return dot(vector, vector) > 1e-12 ? normalised(vector) : vector.fill(0);
}

import { dot } from '../embedding.ts';
import { contrastPromptsOf, type LabelSet } from '../label-set.ts';
import { DEFAULT_CONTRAST_PROMPTS } from '../label-set-schema.ts';
import type { Finding } from './finding.ts';
import type { TextSpace } from './text-space.ts';

/**
 * Cosine from which a label says no more than what it is weighed against. With the embedded model, no label of the general
 * set comes nearer to "a photo", "a photo of something" or its own "none of these" than 0.42; "thing", "stuff", "nice" and "fun"
 * have 0.54 to 0.63, "blank" 0.92, "photo" and "picture" 1.00, and hardly a picture ever gets them.
 */
const EMPTY_COSINE = 0.5;

/** Labels that no picture stands out by: what they are weighed against, or any photograph, is as near to it. */
export function emptyLabels(
  labelSet: LabelSet,
  directions: readonly Float32Array[],
  space: TextSpace,
): readonly Finding[] {
  const rivals = [...new Set([...contrastPromptsOf(labelSet), ...DEFAULT_CONTRAST_PROMPTS])].map(
    (prompt) => ({
      prompt,
      direction: space.directionOf([prompt]),
    }),
  );
  return directions.flatMap((direction, index) => {
    const [nearest] = rivals
      .map((rival) => ({ prompt: rival.prompt, cosine: dot(direction, rival.direction) }))
      .sort((a, b) => b.cosine - a.cosine);
    const name = labelSet.labels[index]?.name ?? '';
    if (!nearest || nearest.cosine < EMPTY_COSINE) return [];
    return [
      {
        code: 'says-nothing' as const,
        path: ['labels', index],
        labels: [name],
        message: `"${name}" says hardly more to the model than "${nearest.prompt}" (cosine ${nearest.cosine.toFixed(2)}), which is true of any picture or of none: it will rarely be shown; name what is to be seen`,
      },
    ];
  });
}

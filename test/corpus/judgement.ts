import pMap from 'p-map';
import { cliptagEmbed, type EmbedSettings } from './cliptag-embed.ts';
import { pixelDifference } from './pixel-difference.ts';

/** A tagged picture's embedding and the reference's pixels. */
export interface Pair {
  readonly path: string;
  readonly embedding: readonly number[];
  readonly png: string;
  /** By how much, of 255 on average, its pixels may be off. */
  readonly levels: number;
}

export interface JudgementSettings extends EmbedSettings {
  /** The encoder's side, in pixels. */
  readonly side: number;
  /** Pictures that are less alike are looked at by their pixels. */
  readonly minimumCosine: number;
}

/** A picture that is not alike, and by how much. */
export interface Unlike {
  readonly path: string;
  readonly cosine: number;
  /** Of 255, on average; Infinity where the picture could not be decoded again. */
  readonly difference: number;
}

/** Synthetic pictures of any colours may have one embedding; what is so far off is wrong whatever the model makes of it. */
const FAR_LEVELS = 8;

/**
 * The pictures that were tagged from other pixels than the reference's: embeddings and pixels tell. Two right decoders
 * differ by a rounding here and there, which moves the embeddings of a few flat or fine-grained pictures by more than a
 * cosine of 0.02: of one grey JPEG, one level in a sixth of the pixels does.
 */
export async function unlikePictures(
  pairs: readonly Pair[],
  settings: JudgementSettings,
): Promise<{ readonly unlike: readonly Unlike[]; readonly faults: readonly string[] }> {
  const { side, minimumCosine } = settings;
  const { answers, faults } = await cliptagEmbed(
    pairs.map(({ png }) => png),
    settings,
  );
  const expected = new Map(
    answers.map((answer) => [answer.path, 'embedding' in answer ? answer.embedding : []]),
  );
  const judged = await pMap(
    pairs,
    async ({ path, embedding, png, levels }) => {
      const cosine = dotProduct(embedding, expected.get(png) ?? []);
      const difference = await pixelDifference(path, png, side);
      const mayBeOff = cosine < minimumCosine ? levels : levels + FAR_LEVELS;
      return { path, cosine, difference, isUnlike: difference > mayBeOff };
    },
    { concurrency: 2 },
  );
  return { unlike: judged.filter(({ isUnlike }) => isUnlike), faults };
}

/** Embeddings have the length 1. */
function dotProduct(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

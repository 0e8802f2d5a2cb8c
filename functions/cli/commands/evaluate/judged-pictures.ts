import { type Answer, bestLabels, withoutParents } from '../../../core/evaluation/evaluation.ts';
import { type KnownTags, withMinimumScore } from '../../../core/evaluation/tag-quality.ts';
import type { TrueLabels } from '../../../core/evaluation/true-labels.ts';
import type { Embedding } from '../../../core/labels/embedding.ts';
import { tagsFor } from '../../../core/labels/scores.ts';
import type { PixelDecoder } from '../../../core/pixels/pixels.ts';
import type { BatchedEncoder } from '../../../core/tagging/micro-batch.ts';
import { type NamedFault, namedFault, severalAtOnce } from '../../images/image-results.ts';
import type { LabelledPicture } from '../../picture-sets/picture-set.ts';
import type { Candidates } from './candidates.ts';

/** Labels that are kept for a picture, best first. */
const KEPT_LABELS = 5;
/** Minimum scores at which the tags of a label set are measured. */
export const MINIMUM_SCORES = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9];

/** What candidates say of one picture. */
export interface JudgedPicture extends Answer {
  readonly picture: LabelledPicture;
  /** With a label set: its tags as it is, and with the lowest of {@link MINIMUM_SCORES}. */
  readonly shown?: KnownTags;
  readonly atLowestMinimum?: KnownTags;
}

/** A picture as each of the candidates judges it; undefined where its label is none of them. */
export type PictureJudgement =
  | { readonly picture: LabelledPicture; readonly judged: ReadonlyArray<JudgedPicture | undefined> }
  | { readonly picture: LabelledPicture; readonly fault: NamedFault };

/**
 * Bytes → pixels → embedding by the code that tags images, several at once, in the pictures' order. Only what
 * the candidates say of each picture is kept.
 */
export function judgedPictures(
  pictures: readonly LabelledPicture[],
  candidates: readonly Candidates[],
  { decoder, encoder }: { readonly decoder: PixelDecoder; readonly encoder: BatchedEncoder },
): AsyncIterable<PictureJudgement> {
  const judges = candidates.map(judgeOf);
  return severalAtOnce(pictures, async (picture): Promise<PictureJudgement> => {
    try {
      const bytes = await picture.read();
      const embedding = await encoder.encode(decoder.decode(bytes, encoder.pixelSpec));
      return { picture, judged: judges.map((judge) => judge(picture, embedding)) };
    } catch (error) {
      return { picture, fault: namedFault(error) };
    }
  });
}

function judgeOf({ kind, classifier, trueLabels }: Candidates) {
  const ranking = withoutParents(classifier);
  const generous = withMinimumScore(classifier, Math.min(...MINIMUM_SCORES));
  const known = (embedding: Embedding, { tags: right }: TrueLabels) => ({
    shown: { tags: tagsFor(embedding, classifier), right },
    atLowestMinimum: { tags: tagsFor(embedding, generous), right },
  });
  return (picture: LabelledPicture, embedding: Embedding): JudgedPicture | undefined => {
    const truth = trueLabels(picture);
    if (!truth) return undefined;
    return {
      picture,
      label: truth.label,
      right: truth.answers,
      best: bestLabels(embedding, ranking, KEPT_LABELS),
      ...(kind === 'label-set' && known(embedding, truth)),
    };
  };
}

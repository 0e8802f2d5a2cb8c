import type { SearchAnswer, SearchedImage } from '../core/search/image-search.ts';
import type { ApiImage, SearchAnswerBody } from './contract.ts';

/** The fields of an image that go out, and no other: a record has more, such as its embedding. */
const FIELDS = [
  ...['bucket', 'key', 'status', 'reason', 'reasonCode', 'score', 'isBeyond', 'eTag', 'sizeBytes'],
  ...['width', 'height', 'format', 'tags', 'unknown', 'corrections', 'modelDigest', 'recordedAt', 'takenAt'],
  ...['camera', 'latitude', 'longitude', 'colour'],
] as readonly (keyof SearchedImage)[];

/** @param modelDigest the pipeline's model */
export function shownImage(image: SearchedImage, modelDigest: string | undefined): ApiImage {
  // A loop, for every answer has fifty of them.
  const fields: Record<string, unknown> = {};
  for (const name of FIELDS) if (image[name] !== undefined) fields[name] = image[name];
  const isOfOtherModel =
    modelDigest !== undefined && image.modelDigest !== undefined && image.modelDigest !== modelDigest;
  if (isOfOtherModel) fields.isOfOtherModel = true;
  return fields as unknown as ApiImage;
}

export function shownAnswer(answer: SearchAnswer, modelDigest: string | undefined): SearchAnswerBody {
  const { understood, total, beyond, facets, cursor } = answer;
  return {
    understood,
    images: answer.images.map((image) => shownImage(image, modelDigest)),
    total,
    ...(beyond !== undefined && { beyond }),
    ...(facets && { facets: [...facets] }),
    ...(cursor !== undefined && { cursor }),
  };
}

import { z } from 'zod';
import { image, imageName, labelCount } from './images.ts';
import { all, cursor, flag, limit, query } from './parameters.ts';

export const searchQuery = z.strictObject({
  q: query.default(''),
  order: z.enum(['best', 'newest', 'oldest', 'name']).optional().meta({
    description: 'By default the best first where the query gives scores, else the newest.',
  }),
  limit: limit(50),
  cursor,
  all,
  facets: flag('Whether labels are counted over the whole answer.'),
});

export const searchAnswer = z
  .object({
    understood: z.string().meta({ description: 'The query as it was understood, in the query language.' }),
    images: z.array(image),
    total: z
      .int()
      .min(0)
      .meta({ description: 'Images that fit; those beyond the relevant ones are none of them.' }),
    beyond: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Images beyond the relevant ones, which `all` shows after them.' }),
    facets: z.array(labelCount).optional(),
    cursor: z.string().optional().meta({ description: 'Of the next page; none after the last one.' }),
  })
  .meta({ id: 'SearchAnswer' });

/** What narrows the images that are alike, besides what they are to be like. */
export const similarPictureQuery = z.strictObject({
  q: query.optional(),
  limit: limit(50),
  cursor,
  all,
});

export const similarQuery = similarPictureQuery.extend(imageName.shape);

export const duplicatesQuery = z.strictObject({
  kind: z.enum(['photo', 'scene']).default('photo').meta({
    description:
      'photo: the same photograph, perhaps smaller or compressed anew. scene: photographs of the same scene.',
  }),
  q: query.optional(),
  limit: limit(50),
  cursor,
});

export const duplicatesAnswer = z
  .object({
    groups: z.array(
      z.object({
        kind: z.enum(['photo', 'scene']),
        images: z.array(image).meta({ description: 'The best one first.' }),
      }),
    ),
    total: z.int().min(0),
    cursor: z.string().optional(),
  })
  .meta({ id: 'DuplicatesAnswer' });

export const labelsAnswer = z.object({ labels: z.array(labelCount) }).meta({ id: 'LabelsAnswer' });

export type SearchAnswerBody = z.infer<typeof searchAnswer>;

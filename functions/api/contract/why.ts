import { z } from 'zod';
import { EXPLAINED_SET_STATES, REASONS } from '../../core/explanation/reasons.ts';
import { IMAGE_STATUSES } from '../../core/records/image-record.ts';
import { correction, imageName } from './images.ts';

export const whyQuery = imageName.extend({
  label: z.string().min(1).max(400).optional().meta({
    description:
      'As people write it: `dog` in every label set that knows it, `general:dog` in one. By default the labels that the image carries, and the best of the others.',
    example: 'dog',
  }),
});

const share = z.number().min(0).max(1);

const cosine = z.number();

const labelScore = z.object({ label: z.string(), score: share });

const carrier = z.object({ text: z.string(), cosine });

/** What a label is weighed against. */
const rival = z.object({
  kind: z.enum(['label', 'none-of-these', 'unknown', 'contrast', 'others']),
  text: z.string().optional().meta({ description: 'The label, or the prompt.' }),
  share,
  cosine: cosine.optional(),
  count: z.int().optional().meta({ description: 'How many `others` there are.' }),
});

const modelView = z
  .object({
    set: z.string(),
    label: z.string(),
    verdict: z.enum(['passes', 'below-threshold', 'beyond-top-k', 'unknown']),
    score: share,
    rank: z.int().min(1).meta({ description: 'Among the label set’s names, broader ones included.' }),
    names: z.int().min(1),
    threshold: z.object({
      score: share,
      from: z.enum(['label', 'fit', 'set']),
      cosine: cosine
        .optional()
        .meta({ description: 'The lowest cosine that reaches it, everything else as it is.' }),
    }),
    topK: z.int(),
    cosine: cosine.optional(),
    logit: z.number().optional(),
    nullDistribution: z
      .object({
        mean: z.number(),
        deviation: z.number(),
        images: z.int(),
        deviationsAbove: z.number().optional(),
      })
      .optional()
      .meta({ description: 'Cosines of pictures without the label, and how far above them this one is.' }),
    share: share
      .optional()
      .meta({ description: 'What it takes of the whole; with those of its rivals it makes 1.' }),
    rivals: z.array(rival),
    broader: z.array(labelScore),
    narrower: z.array(labelScore),
    isLearned: z.boolean().optional(),
    fittedTo: z.object({ positive: z.int(), negative: z.int() }).optional(),
  })
  .meta({ id: 'ModelView' });

export const whyAnswer = z
  .object({
    bucket: z.string(),
    key: z.string(),
    status: z.enum(IMAGE_STATUSES),
    reason: z.string().optional(),
    reasonCode: z.string().optional(),
    modelDigest: z.string().optional(),
    isOfOtherModel: z.boolean().optional(),
    sentence: z.string().meta({ description: 'What the image carries, for people.' }),
    sets: z.array(
      z.object({
        set: z.string(),
        state: z.enum(EXPLAINED_SET_STATES),
        mode: z.enum(['exclusive', 'independent']).optional(),
        topK: z.int().optional(),
        minimumScore: share.optional(),
        appliesTo: z
          .array(z.object({ bucket: z.string().optional(), prefix: z.string().optional() }))
          .optional(),
        isUnknown: z.boolean().optional().meta({ description: 'Whether none of its labels fits.' }),
        fit: z.object({ version: z.int(), fittedAt: z.string() }).optional(),
      }),
    ),
    labels: z.array(
      z.object({
        set: z.string(),
        label: z.string(),
        isShown: z.boolean().meta({ description: 'Whether the image carries it.' }),
        reason: z.enum(REASONS).meta({ description: 'Why: what programs branch on.' }),
        sentence: z.string().meta({ description: 'Why, for people.' }),
        score: share.optional().meta({ description: 'Of the tag that the image carries.' }),
        correction: correction.optional(),
        model: modelView.optional().meta({ description: 'What the model says of it now.' }),
        prompts: z.array(carrier).optional().meta({ description: 'The nearest first.' }),
        examples: z
          .array(carrier)
          .optional()
          .meta({ description: 'The nearest of the images that the label was learned from.' }),
      }),
    ),
  })
  .meta({ id: 'WhyAnswer' });

export type WhyAnswer = z.infer<typeof whyAnswer>;

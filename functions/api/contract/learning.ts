import { z } from 'zod';
import { MAXIMUM_LABEL_LENGTH } from '../../core/labels/label-set-schema.ts';
import { image, imageName } from './images.ts';
import { labelSetName } from './label-sets.ts';

/** A label that is to be learned from stored images; label set and label may be new. */
export const learningRequest = z
  .strictObject({
    set: labelSetName,
    label: z
      .string()
      .trim()
      .min(1)
      .max(MAXIMUM_LABEL_LENGTH * 4)
      .meta({ description: 'As people write it, by a synonym too.', example: 'pip' }),
    positive: z.array(imageName).max(200).default([]).meta({ description: 'Images that have it.' }),
    negative: z.array(imageName).max(200).default([]).meta({ description: 'Images that have not.' }),
    dryRun: z.boolean().default(false).meta({ description: 'Only say what would come of it.' }),
    force: z.boolean().default(false).meta({
      description: 'Take it even if it is no better than the words alone.',
    }),
    replace: z.boolean().default(false).meta({ description: 'Forget the examples of before.' }),
  })
  .meta({ id: 'LearningRequest' });

export const learningAnswer = z
  .object({
    set: z.string(),
    label: z.string().meta({ description: 'As the label set has it.' }),
    isNew: z.boolean().meta({ description: 'Whether the label set did not have it.' }),
    positive: z.int().min(0).meta({ description: 'Examples, each picture once, with those of before.' }),
    negative: z.int().min(0),
    earlier: z.int().min(0).meta({ description: 'How many of them are from before.' }),
    quality: z
      .object({
        learned: z.number().min(0).max(1),
        words: z.number().min(0).max(1),
        folds: z.int().min(0),
        verdict: z.enum(['better', 'no better', 'unknown']),
      })
      .meta({
        description:
          'Share of other pictures that an example which was left out stands above, as learned and by the words alone.',
      }),
    finds: z
      .array(
        z.object({
          image,
          score: z.number().min(0).max(1),
          isTag: z.boolean().meta({ description: 'Whether the score is high enough for a tag.' }),
        }),
      )
      .meta({ description: 'What it finds first that is no example, best first.' }),
    remarks: z.array(z.string()).meta({ description: 'Examples that were left out, and why.' }),
    isWritten: z.boolean(),
    version: z.int().optional().meta({ description: 'Of what was written.' }),
  })
  .meta({ id: 'LearningAnswer' });

export type LearningRequest = z.infer<typeof learningRequest>;
export type LearningAnswer = z.infer<typeof learningAnswer>;

import { z } from 'zod';
import { LABEL_SET_NAME, MAXIMUM_LABEL_LENGTH } from '../../core/labels/label-set-schema.ts';
import { image } from './images.ts';

/** A label set in use, as lists show it. */
export const labelSetInUse = z
  .object({
    name: z.string(),
    version: z.string(),
    mode: z.enum(['exclusive', 'independent']).meta({
      description: 'exclusive: one of the labels is right. independent: any of them.',
    }),
    labels: z.array(z.string()).meta({ description: 'Their names, in the order of the file.' }),
    minimumScore: z.number().min(0).max(1),
    digest: z.string().meta({ description: 'Of all that its tags depend on, with the pipeline’s model.' }),
    path: z.string().optional().meta({ description: 'The file that it comes from.' }),
    isOwn: z.boolean().meta({ description: 'Whether it was written here, and may be changed here.' }),
  })
  .meta({ id: 'LabelSetInUse' });

export const labelSetName = z
  .string()
  .regex(
    new RegExp(`^${LABEL_SET_NAME.source}$`),
    'Expected 1 to 63 lower-case letters, digits, hyphens and underscores, a letter or digit first',
  )
  .meta({ example: 'pets' });

const typedLabels = z
  .array(z.string().max(MAXIMUM_LABEL_LENGTH * 4))
  .min(1)
  .meta({
    description: 'Words, such as cat, or phrases, such as a drawing of a cat.',
    example: ['cat', 'dog'],
  });

const labelMode = z.enum(['exclusive', 'independent']).meta({
  description: 'exclusive: one of the labels at most is right. independent: any of them.',
});

const minimumScore = z.number().min(0).max(1).optional().meta({
  description: 'Lowest score of a tag. By default 0.75, or 0.7 where one label at most is right.',
});

/** A label set that is written over the API: its labels are only named. */
export const labelSetRequest = z
  .strictObject({
    name: labelSetName,
    mode: labelMode,
    labels: typedLabels.max(500),
    minimumScore,
    digest: z.string().max(64).optional().meta({
      description: 'Of the label set that it takes the place of, as it was read. By default it is a new one.',
    }),
  })
  .meta({ id: 'LabelSetRequest' });

export const labelSetNameQuery = z.strictObject({ name: labelSetName });

export const labelSetPreviewRequest = z
  .strictObject({
    mode: labelMode,
    labels: typedLabels.max(100),
    minimumScore,
    images: z.int().min(0).max(24).default(6).meta({ description: 'The most images of each label.' }),
  })
  .meta({ id: 'LabelSetPreviewRequest' });

export const labelSetPreview = z
  .object({
    labels: z.array(
      z.object({
        label: z.string(),
        count: z.int().min(0).meta({ description: 'Images that would get it.' }),
        images: z.array(image).meta({
          description: 'The best ones with their scores, those below the minimum too.',
        }),
      }),
    ),
    total: z.int().min(0).meta({ description: 'Images that were compared.' }),
    minimumScore: z.number().min(0).max(1),
  })
  .meta({ id: 'LabelSetPreview' });

export const retagState = z
  .object({
    state: z.enum(['running', 'done', 'failed']),
    images: z.int().min(0).meta({ description: 'Pictures that have been compared so far.' }),
    changed: z.int().min(0).optional().meta({ description: 'Pictures that got other tags.' }),
    fault: z.string().optional(),
  })
  .meta({ id: 'RetagState' });

export const labelSetsAnswer = z
  .object({
    labelSets: z.array(labelSetInUse),
    others: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Tagged pictures whose tags come from other label sets than these.' }),
    changes: z
      .array(z.string())
      .meta({ description: 'What changed last, while pictures have tags of before.' }),
    faults: z.array(z.string()).meta({
      description: 'Why changed files are not in use: the label sets of before are.',
    }),
    retag: retagState.optional().meta({ description: 'The one that was ordered here last.' }),
    canWrite: z.boolean().meta({ description: 'Whether label sets may be written here.' }),
  })
  .meta({ id: 'LabelSetsAnswer' });

export type LabelSetInUse = z.infer<typeof labelSetInUse>;
export type LabelSetRequest = z.infer<typeof labelSetRequest>;
export type LabelSetPreviewRequest = z.infer<typeof labelSetPreviewRequest>;
export type LabelSetPreview = z.infer<typeof labelSetPreview>;
export type LabelSetsAnswer = z.infer<typeof labelSetsAnswer>;

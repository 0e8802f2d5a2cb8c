import { z } from 'zod';
import { IMAGE_STATUSES } from '../../core/records/image-record.ts';

/** S3's limits on names, which are of its own characters and bytes; a longer one names nothing. */
export const bucket = z.string().min(1).max(63).meta({ example: 'photos' });

const key = z.string().min(1).max(1_024).meta({ example: '2026/harbour.jpg' });

export const imageName = z.strictObject({ bucket, key }).meta({ id: 'ImageName' });

export const tag = z
  .object({ set: z.string(), label: z.string(), score: z.number().min(0).max(1) })
  .meta({ id: 'Tag', example: { set: 'general', label: 'boat', score: 0.91 } });

export const labelCount = z
  .object({ set: z.string(), label: z.string(), count: z.int().min(0) })
  .meta({ id: 'LabelCount', example: { set: 'general', label: 'boat', count: 12 } });

export const correction = z
  .object({
    set: z.string(),
    label: z.string(),
    isThere: z.boolean(),
    correctedAt: z.string(),
    modelScore: z.number().min(0).max(1).optional().meta({ description: 'Score of the model’s own tag.' }),
    isImplied: z
      .boolean()
      .optional()
      .meta({ description: 'Whether an added label implies this broader one.' }),
  })
  .meta({ id: 'Correction' });

/** An image, as lists show it. Addresses are relative to the API's, and lead to what is there now. */
export const image = z
  .object({
    bucket: z.string(),
    key: z.string(),
    status: z.enum(IMAGE_STATUSES),
    reason: z.string().optional(),
    reasonCode: z.string().optional(),
    score: z.number().min(0).max(1).optional(),
    isBeyond: z.boolean().optional().meta({ description: 'Whether it is beyond the relevant ones.' }),
    eTag: z.string().optional(),
    sizeBytes: z.int().optional(),
    width: z.int().optional(),
    height: z.int().optional(),
    format: z.string().optional(),
    tags: z.array(tag),
    unknown: z
      .array(z.string())
      .optional()
      .meta({ description: 'Label sets that say “unknown”: none of their labels fits.' }),
    corrections: z.array(correction).optional(),
    modelDigest: z.string().optional(),
    /** Whether its tags are of another model than the pipeline's, so that scores do not compare. */
    isOfOtherModel: z
      .boolean()
      .optional()
      .meta({ description: 'Whether its tags are of another model, so that scores do not compare.' }),
    recordedAt: z.string(),
    takenAt: z.string().optional().meta({ description: 'Time of exposure as the camera’s clock had it.' }),
    camera: z.string().optional(),
    latitude: z.number().optional(),
    longitude: z.number().optional(),
    colour: z.string().optional().meta({ description: 'Mean colour, #rrggbb.' }),
  })
  .meta({
    id: 'Image',
    example: {
      bucket: 'photos',
      key: '2026/harbour.jpg',
      status: 'tagged',
      eTag: '9bb58f26192e4ba00f01e2e7b136bbd8',
      sizeBytes: 184_022,
      width: 2048,
      height: 1365,
      format: 'jpeg',
      tags: [{ set: 'general', label: 'boat', score: 0.91 }],
      recordedAt: '2026-11-30T10:00:00.000Z',
    },
  });

/** A picture of an image. With its ETag the address stands for one state of it, which browsers may keep. */
export const pictureQuery = imageName.extend({ eTag: z.string().max(200).optional() });

export type ImageName = z.infer<typeof imageName>;
export type ApiImage = z.infer<typeof image>;

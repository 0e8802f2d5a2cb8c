import { z } from 'zod';
import { IMAGE_STATUSES } from '../../core/records/image-record.ts';

export const statusAnswer = z
  .object({
    queue: z.object({ visible: z.int().min(0), inFlight: z.int().min(0) }),
    deadLetters: z.int().min(0),
    images: z.record(z.enum(IMAGE_STATUSES), z.int().min(0)),
    imagesPerSecond: z.number().min(0).optional(),
    s3Endpoint: z
      .string()
      .optional()
      .meta({ description: 'Where the buckets are, of a pipeline on one machine.' }),
  })
  .meta({ id: 'StatusAnswer' });

export type StatusAnswer = z.infer<typeof statusAnswer>;

import { z } from 'zod';
import { bucket } from './images.ts';

/** A presigned POST: a form with these fields, the file last, sent to the address. */
export const uploadRequest = z
  .strictObject({
    name: z.string().min(1).max(1_024).meta({
      description: 'The key that is wished for. What leads elsewhere or cannot be read is left out of it.',
      example: 'harbour.jpg',
    }),
    bucket: bucket.optional(),
    contentType: z
      .string()
      .regex(/^image\/[a-z0-9.+-]{1,100}$/)
      .optional()
      .meta({ description: 'Stored with the object.', example: 'image/jpeg' }),
  })
  .meta({ id: 'UploadRequest' });

export const uploadAnswer = z
  .object({
    bucket: z.string(),
    key: z.string(),
    url: z
      .string()
      .meta({ description: 'Where the form is sent to; relative to the API where it is its own.' }),
    fields: z.record(z.string(), z.string()).meta({ description: 'Of the form, before its field file.' }),
  })
  .meta({ id: 'UploadAnswer' });

export type UploadRequest = z.infer<typeof uploadRequest>;
export type UploadAnswer = z.infer<typeof uploadAnswer>;

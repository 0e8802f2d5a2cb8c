import { z } from 'zod';

/** Problem details (RFC 9457). */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    /** Of `docs/error-codes.md`. */
    code: z.string().meta({ description: 'What programs branch on: docs/error-codes.md.' }),
    /** Where a query is wrong: the first column is 1. */
    column: z.int().optional().meta({ description: 'Where a query is wrong; the first column is 1.' }),
  })
  .meta({
    id: 'Problem',
    example: {
      type: 'urn:cliptag:problem:no-image',
      title: 'There is no record of such an image, or the image was deleted.',
      status: 404,
      detail: 'There is no image s3://photos/harbour.jpg',
      code: 'no-image',
    },
  });

export type Problem = z.infer<typeof problem>;

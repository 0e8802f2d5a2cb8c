import { z } from 'zod';
import { imageName } from './images.ts';

/** As people write it, too: by a synonym, in any letter case. */
const label = z.strictObject({
  set: z.string().min(1).max(200).optional().meta({
    description: 'By default every label set of the image that knows the label.',
    example: 'general',
  }),
  label: z.string().min(1).max(200).meta({ example: 'boat' }),
});

export const correctionsRequest = imageName
  .extend({
    add: z.array(label).max(100).default([]).meta({ description: 'Labels that the image has.' }),
    remove: z.array(label).max(100).default([]).meta({ description: 'Labels that it has not.' }),
    clear: z.array(label).max(100).default([]).meta({
      description: 'Labels of which nothing is said any more, so that the model’s word holds again.',
    }),
  })
  .meta({ id: 'CorrectionsRequest' });

export type CorrectionsRequest = z.output<typeof correctionsRequest>;

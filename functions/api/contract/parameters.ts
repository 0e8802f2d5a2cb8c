import { z } from 'zod';
import { MAXIMUM_PAGE_SIZE } from '../../core/search/image-search.ts';

/** Of a query string, where all is text: exactly `true` or `false`. */
export const flag = (description: string) =>
  z
    .enum(['true', 'false'])
    .optional()
    .transform((text) => text === 'true')
    .meta({ type: 'boolean', enum: undefined, default: false, description });

export const limit = (byDefault: number, maximum = MAXIMUM_PAGE_SIZE) =>
  z
    .string()
    .regex(/^[1-9]\d{0,3}$/, `Expected a whole number from 1 to ${maximum}`)
    .transform(Number)
    .pipe(z.number().max(maximum))
    .default(byDefault)
    .meta({
      ...{ type: 'integer', minimum: 1, maximum, default: byDefault, pattern: undefined },
      description: 'The most entries of a page.',
    });

export const query = z.string().max(2_000, 'Expected at most 2000 characters').meta({
  description: 'In the query language (docs/search.md); empty asks for every image.',
  example: 'boat -people',
});

export const cursor = z.string().max(4_000).optional().meta({
  description: 'Of the page before, exactly as it came; the rest of the request must be the same.',
});

export const all = flag('Whether images that are not relevant follow the relevant ones.');

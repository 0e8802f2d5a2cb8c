import { z } from 'zod';
import { excerpt } from '../../../core/errors.ts';

/** A size or count of a configuration, within reason. */
export const count = z.int().min(1).max(1_000_000_000);
export const channels = z.tuple([z.number(), z.number(), z.number()]);

/** A square's side: `224`, `[224, 224]` or `{ height: 224, width: 224 }`. */
export const side = z
  .union([count, z.tuple([count, count]), z.object({ height: count, width: count })])
  .transform((size, context) => {
    const [height, width] =
      typeof size === 'number' ? [size, size] : Array.isArray(size) ? size : [size.height, size.width];
    if (height !== width)
      context.addIssue({ code: 'custom', message: `Expected a square but received ${excerpt(size)}` });
    return height;
  });

/** The token that ends SigLIP's texts. */
export const SIGLIP_END_TOKEN = 1;
const GEMMA_VOCABULARY_SIZE = 256_000;

/** In T5's vocabularies the end token pads SigLIP's texts as well; Gemma's vocabulary (SigLIP 2) pads with 0. */
export function siglipPadToken(vocabularySize: number): number {
  return vocabularySize === GEMMA_VOCABULARY_SIZE ? 0 : SIGLIP_END_TOKEN;
}

export type LayoutSettings = Readonly<Record<string, unknown>>;

/** The values of each setting that are understood: `any` where it does not change an embedding. */
export type Understood = Readonly<Record<string, 'any' | readonly unknown[]>>;

/**
 * Faults of settings that would change what a tower computes. An unknown setting is a fault too, unless it is off: to
 * ignore it would silently give other embeddings.
 *
 * @param read the keys that a schema reads and checks
 */
export function unsupported(
  settings: LayoutSettings,
  read: object,
  understood: Understood,
  where: string,
): string[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    if (Object.hasOwn(read, key) || value === null || value === false || value === undefined) return [];
    const values = Object.hasOwn(understood, key) ? understood[key] : undefined;
    if (values === 'any' || values?.includes(value)) return [];
    const expected =
      values === undefined ? 'Expected no such setting' : `Expected ${values.map(excerpt).join(' or ')}`;
    return [`${where}.${key}: ${expected} but received ${excerpt(value)}`];
  });
}

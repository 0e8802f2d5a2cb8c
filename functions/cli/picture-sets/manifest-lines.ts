import type { z } from 'zod';
import { excerpt, InvalidInput } from '../../core/errors.ts';

/** A file of another kind has a fault in each line: the first ones tell what is wrong. */
const SHOWN_FAULTS = 10;

/**
 * The values of JSON lines, empty lines left out.
 *
 * @param form what a line is to be, as an error says it
 * @throws {InvalidInput} naming the faulty lines by their numbers
 */
export function manifestLines<Line>(
  text: string,
  schema: z.ZodType<Line>,
  { path, form }: { readonly path: string; readonly form: string },
): readonly Line[] {
  const faults: string[] = [];
  const lines = text.split('\n').flatMap((line, index): Line[] => {
    if (line.trim() === '') return [];
    const { success, data } = schema.safeParse(jsonOf(line));
    if (success) return [data];
    faults.push(`line ${index + 1}: Expected ${form} but received ${excerpt(line.trim())}`);
    return [];
  });
  if (faults.length === 0) return lines;
  const more = faults.length - SHOWN_FAULTS;
  throw new InvalidInput(`${path} is not a manifest`, [
    ...faults.slice(0, SHOWN_FAULTS),
    ...(more > 0 ? [`and ${more} more such lines`] : []),
  ]);
}

function jsonOf(line: string): unknown {
  try {
    // Also takes away the byte order mark that some editors begin a file with.
    return JSON.parse(line.trim());
  } catch {
    return undefined;
  }
}

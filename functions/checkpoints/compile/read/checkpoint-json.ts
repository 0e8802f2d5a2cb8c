import { z } from 'zod';
import { InvalidInput } from '../../../core/errors.ts';

/** The JSON of a file. @throws {InvalidInput} with all differences from the schema */
export function parseCheckpointJson<T>(text: string, schema: z.ZodType<T>, path: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidInput(`${path} cannot be read`, [`Expected JSON: ${String(error)}`]);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InvalidInput(
    `${path} cannot be read`,
    result.error.issues.map((issue) => `${z.core.toDotPath(issue.path) || '(top level)'}: ${issue.message}`),
  );
}

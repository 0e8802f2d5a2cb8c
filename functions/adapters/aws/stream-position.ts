import { z } from 'zod';

/** How far each shard of a stream has been read. */
export interface StreamPosition {
  /** Milliseconds since 1970: when the position was first taken. */
  readonly at: number;
  /** Sequence number of the last change that was read; or {@link LATEST}, or {@link READ}. A new shard has none. */
  readonly shards: Record<string, string>;
}

/** Nothing of the shard has been read, and nothing before `at` is wanted. */
export const LATEST = 'latest';
/** The shard has ended, and all of it was read. */
export const READ = 'read';

const positionSchema = z.object({ at: z.number(), shards: z.record(z.string(), z.string()) });

export function printedPosition(position: StreamPosition): string {
  return JSON.stringify(position);
}

/** `undefined` for what is no position, as another adapter may have printed it. */
export function parsedPosition(printed: string): StreamPosition | undefined {
  try {
    return positionSchema.safeParse(JSON.parse(printed)).data;
  } catch {
    return undefined;
  }
}

/** Types of idempotency.mjs, for those that are not JavaScript. */
export function createIdempotency(
  now?: () => number,
): <Answer>(token: string, digest: string, task: () => Promise<Answer>) => Promise<Answer>;

import { CliptagError } from '../core/errors.ts';

/**
 * Waits for work, though no longer than a limit: the work goes on, and nobody hears of its end.
 *
 * @throws {CliptagError} `out-of-time`
 */
export async function within(milliseconds: number, work: Promise<void> | undefined): Promise<void> {
  if (milliseconds === Infinity) return work;
  const limit = Math.max(0, milliseconds);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `Expected a message to be done within ${Math.round(limit)} ms, the function's time, but it took longer`;
    timer = setTimeout(() => reject(new CliptagError('out-of-time', message)), limit);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

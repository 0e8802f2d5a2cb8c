/** Runs work as soon as fewer than the permitted number of others run; first come, first served. */
export type ConcurrencyLimit = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** @param maximum how many pieces of work run at once, at least 1 */
export function concurrencyLimit(maximum: number): ConcurrencyLimit {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    // A finished one hands its place over, so nobody who comes later can take it.
    if (running < maximum) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/** Memory that several works share. */
export interface MemoryBudget {
  /** Begins when so much of it is free, or all of it is; works begin in the order in which they came. */
  within<Result>(bytes: number, work: () => Promise<Result>): Promise<Result>;
}

/** Own code, since p-limit counts works and not what each takes. */
export function memoryBudget(totalBytes: number): MemoryBudget {
  const waiting: Array<{ readonly bytes: number; readonly begin: () => void }> = [];
  let freeBytes = totalBytes;

  function admit(): void {
    for (let [next] = waiting; next && next.bytes <= freeBytes; [next] = waiting) {
      waiting.shift();
      freeBytes -= next.bytes;
      next.begin();
    }
  }

  return {
    within: async (wanted, work) => {
      const bytes = Math.min(wanted, totalBytes);
      await new Promise<void>((begin) => {
        waiting.push({ bytes, begin });
        admit();
      });
      try {
        return await work();
      } finally {
        freeBytes += bytes;
        admit();
      }
    },
  };
}

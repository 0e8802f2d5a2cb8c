/** Runs operations of libvips, so that the error of each is its own. */
export interface ErrorTurns {
  /** Runs an operation, beside others; should it fail while others ran, once more and alone. */
  run<Result>(operation: () => Promise<Result>): Promise<Result>;
}

/**
 * libvips keeps one buffer of messages for all threads: what fails beside others may be told another's message, or none. Alone,
 * an operation is told its own. Others wait meanwhile, at most for what is decoded at once.
 */
export function errorTurns(): ErrorTurns {
  const waiting: Array<{ readonly alone: boolean; readonly begin: () => void }> = [];
  let [running, begun, isAlone] = [0, 0, false];

  /** In the order in which they came. */
  function admit(): void {
    for (let [next] = waiting; next && !isAlone && !(next.alone && running > 0); [next] = waiting) {
      waiting.shift();
      isAlone = next.alone;
      running += 1;
      begun += 1;
      next.begin();
    }
  }

  async function take<Result>(alone: boolean, operation: () => Promise<Result>): Promise<Result> {
    await new Promise<void>((begin) => {
      waiting.push({ alone, begin });
      admit();
    });
    try {
      return await operation();
    } finally {
      running -= 1;
      isAlone = false;
      admit();
    }
  }

  return {
    run: async (operation) => {
      let others = false;
      const first = () => {
        const [mine, besides] = [begun, running > 1];
        return operation().finally(() => {
          others = besides || begun !== mine;
        });
      };
      try {
        return await take(false, first);
      } catch (error) {
        if (!others) throw error;
        return take(true, operation);
      }
    },
  };
}

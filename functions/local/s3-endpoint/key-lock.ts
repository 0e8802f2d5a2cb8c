/**
 * Lets one task at a time through for each name, in the order of asking; different names do not wait for
 * each other.
 */
export interface KeyLock {
  <Result>(name: string, task: () => Promise<Result>): Promise<Result>;
  /** Tasks that share a name run side by side, but not beside one that has it for itself. */
  shared<Result>(name: string, task: () => Promise<Result>): Promise<Result>;
}

/** The last task that has or wants a name for itself, and those that share the name after it. */
interface Holders {
  readonly alone?: Promise<unknown>;
  readonly sharing: Set<Promise<unknown>>;
}

export function createKeyLock(): KeyLock {
  const holdersOf = new Map<string, Holders>();

  async function lock<Result>(name: string, task: () => Promise<Result>): Promise<Result> {
    const before = holdersOf.get(name);
    const current = before ? after([before.alone, ...before.sharing], task) : task();
    const holders: Holders = { alone: current, sharing: new Set() };
    holdersOf.set(name, holders);
    try {
      return await current;
    } finally {
      forget(name, holders);
    }
  }

  async function shared<Result>(name: string, task: () => Promise<Result>): Promise<Result> {
    const holders = holdersOf.get(name) ?? { sharing: new Set() };
    const current = after([holders.alone], task);
    holders.sharing.add(current);
    holdersOf.set(name, holders);
    try {
      return await current;
    } finally {
      holders.sharing.delete(current);
      forget(name, holders);
    }
  }

  /** Whoever shares the name has waited for the one before, so the last of them leaves nobody behind. */
  function forget(name: string, holders: Holders): void {
    if (holdersOf.get(name) === holders && holders.sharing.size === 0) holdersOf.delete(name);
  }

  return Object.assign(lock, { shared });
}

/** A failed predecessor is no fault of the next one. */
async function after<Result>(
  predecessors: readonly (Promise<unknown> | undefined)[],
  task: () => Promise<Result>,
): Promise<Result> {
  await Promise.allSettled(predecessors);
  return task();
}

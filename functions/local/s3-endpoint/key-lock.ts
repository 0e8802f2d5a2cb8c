/**
 * Runs one task at a time for each name, in the order in which they were asked for. Tasks of different names do not
 * wait for each other.
 */
export interface KeyLock {
  <Result>(name: string, task: () => Promise<Result>): Promise<Result>;
  /** Runs tasks that share a name side by side, but not beside a task that has the name to itself. */
  shared<Result>(name: string, task: () => Promise<Result>): Promise<Result>;
}

/** The last task that has or wants a name to itself, and the tasks that share the name after it. */
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

  /** The tasks that share a name have all waited for the task before them, so after the last of them nobody is left. */
  function forget(name: string, holders: Holders): void {
    if (holdersOf.get(name) === holders && holders.sharing.size === 0) holdersOf.delete(name);
  }

  return Object.assign(lock, { shared });
}

/** Runs a task after its predecessors, even if they failed. */
async function after<Result>(
  predecessors: readonly (Promise<unknown> | undefined)[],
  task: () => Promise<Result>,
): Promise<Result> {
  await Promise.allSettled(predecessors);
  return task();
}

/**
 * Lets one task at a time through for each name, in the order of asking; different names do not wait for
 * each other.
 */
export type KeyLock = <Result>(name: string, task: () => Promise<Result>) => Promise<Result>;

export function createKeyLock(): KeyLock {
  const lastTasks = new Map<string, Promise<unknown>>();
  return async (name, task) => {
    const previous = lastTasks.get(name);
    // A failed predecessor is no fault of the next one.
    const current = previous ? previous.then(task, task) : task();
    lastTasks.set(name, current);
    try {
      return await current;
    } finally {
      if (lastTasks.get(name) === current) lastTasks.delete(name);
    }
  };
}

/** Has work on the same thing done one after another, and on different things at once. */
export type Turns = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;

/**
 * Writers of one record that meet in this process would take each other's turns, until some of them give up.
 *
 * @example
 * const inTurn = turns();
 * await inTurn('photos/rex.jpg', () => correct(rex));
 */
export function turns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const before = last.get(name);
    const result = before === undefined ? work() : before.then(work);
    const done = result.catch(() => {});
    last.set(name, done);
    try {
      return await result;
    } finally {
      if (last.get(name) === done) last.delete(name);
    }
  };
}

/**
 * Works on several items at once and yields the results in the items' order. Never more than `concurrency` results
 * are under way or waiting to be taken, so memory stays bounded however long the list and however slow the reader.
 *
 * @param concurrency at least 1
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = [];
  for (const item of items) {
    const result = work(item);
    // Its failure counts when its turn comes; until then it must not end the process as unhandled.
    result.catch(() => {});
    underWay.push(result);
    const first = underWay.length === concurrency ? underWay.shift() : undefined;
    if (first) yield await first;
  }
  for (const result of underWay) yield await result;
}

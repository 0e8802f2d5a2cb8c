import type { Item } from './tag-table.ts';

export type Pages = AsyncIterable<readonly Item[]>;

/** Which of two items comes first: negative for the first. */
export type ItemOrder = (a: Item, b: Item) => number;

/**
 * Merges pages of several partitions that are each in order into pages in that order. Partitions are read side
 * by side, each a page ahead of what is taken of it.
 *
 * @param pageSize items of each page but the last. @default as they come
 */
export async function* mergedPages(
  partitions: readonly Pages[],
  order: ItemOrder,
  pageSize?: number,
): AsyncGenerator<readonly Item[]> {
  const readers = partitions.map(pageReader);
  let page: Item[] = [];
  try {
    for (;;) {
      const waiting = readers.filter(({ mayHaveMore, next }) => mayHaveMore() && !next());
      if (waiting.length > 0) {
        if (pageSize === undefined && page.length > 0) {
          yield page;
          page = [];
        }
        await Promise.all(waiting.map(({ fill }) => fill()));
        continue;
      }
      const reader = firstOf(readers, order);
      const item = reader?.take();
      if (!item) break;
      page.push(item);
      if (page.length === pageSize) {
        yield page;
        page = [];
      }
    }
    if (page.length > 0) yield page;
  } finally {
    await Promise.all(readers.map(({ end }) => end()));
  }
}

/** The same pages, of which the first is asked for already. */
export function begun(pages: Pages): AsyncGenerator<readonly Item[]> {
  const source = pages[Symbol.asyncIterator]();
  const first = source.next();
  // Told to whoever takes the page, if anybody does.
  first.catch(() => {});
  return rest(source, first);
}

async function* rest(
  source: AsyncIterator<readonly Item[]>,
  first: Promise<IteratorResult<readonly Item[]>>,
): AsyncGenerator<readonly Item[]> {
  try {
    for (let page = await first; !page.done; page = await source.next()) yield page.value;
  } finally {
    await source.return?.();
  }
}

interface PageReader {
  /** The item that comes next, if it has been read. */
  next(): Item | undefined;
  take(): Item | undefined;
  mayHaveMore(): boolean;
  fill(): Promise<void>;
  end(): Promise<void>;
}

function pageReader(partition: Pages): PageReader {
  const pages = partition[Symbol.asyncIterator]();
  let items: readonly Item[] = [];
  let at = 0;
  let isOver = false;
  let coming: Promise<IteratorResult<readonly Item[]>> | undefined;
  const ask = () => {
    coming ??= pages.next();
    coming.catch(() => {});
    return coming;
  };
  ask();
  return {
    next: () => items[at],
    mayHaveMore: () => !isOver,
    take() {
      const item = items[at++];
      if (!isOver && at > items.length / 2) ask();
      return item;
    },
    async fill() {
      const { value, done } = await ask();
      coming = undefined;
      isOver = done === true;
      items = isOver ? [] : value;
      at = 0;
    },
    async end() {
      await coming?.catch(() => {});
      await pages.return?.();
    },
  };
}

function firstOf(readers: readonly PageReader[], order: ItemOrder): PageReader | undefined {
  let first: PageReader | undefined;
  for (const reader of readers) {
    const [item, leader] = [reader.next(), first?.next()];
    if (item && (!leader || order(item, leader) < 0)) first = reader;
  }
  return first;
}

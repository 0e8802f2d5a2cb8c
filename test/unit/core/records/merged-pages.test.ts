import { describe, expect, it } from 'vitest';
import { begun, mergedPages, type Pages } from '../../../../functions/core/records/merged-pages.ts';
import type { Item } from '../../../../functions/core/records/tag-table.ts';

const item = (at: number, of = 'a'): Item => ({ at, of });
const order = (a: Item, b: Item) => Number(a.at) - Number(b.at);
const numbers = (page: readonly Item[]) => page.map(({ at }) => at);

/** A partition of these pages, and what was asked of it. */
function partition(...pages: readonly (readonly number[])[]) {
  const told = { asked: 0, isEnded: false };
  async function* read(): AsyncGenerator<readonly Item[]> {
    try {
      for (const page of pages) {
        told.asked += 1;
        yield page.map((at) => item(at));
      }
    } finally {
      told.isEnded = true;
    }
  }
  return { pages: lazily(read, told), told };
}

/** Counts the asking itself: a generator that nobody reads never begins, and has nothing to end. */
function lazily(read: () => AsyncGenerator<readonly Item[]>, told: { isEnded: boolean }): Pages {
  return {
    [Symbol.asyncIterator]() {
      const source = read();
      return {
        next: () => source.next(),
        return: (value) => {
          told.isEnded = true;
          return source.return(value);
        },
      };
    },
  };
}

async function all(pages: Pages): Promise<readonly (readonly unknown[])[]> {
  const read: (readonly unknown[])[] = [];
  for await (const page of pages) read.push(numbers(page));
  return read;
}

/** Until all that waits for no timer has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('pages of several partitions', () => {
  it('are one in order, of the size that is asked for, and a last one of the rest', async () => {
    const parts = [partition([1, 4], [5, 9]), partition([2, 3, 8]), partition([6], [], [7])];
    const merged = mergedPages(
      parts.map(({ pages }) => pages),
      order,
      4,
    );
    expect(await all(merged)).toEqual([[1, 2, 3, 4], [5, 6, 7, 8], [9]]);
  });

  it('end without an empty page', async () => {
    const parts = [partition([1, 2]), partition([3, 4])];
    const merged = mergedPages(
      parts.map(({ pages }) => pages),
      order,
      2,
    );
    expect(await all(merged)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await all(mergedPages([partition().pages, partition([]).pages], order))).toEqual([]);
  });

  it('without a size are handed on whenever there is something to wait for', async () => {
    const merged = mergedPages([partition([1, 2], [5]).pages, partition([3], [4]).pages], order);
    expect(await all(merged)).toEqual([[1, 2], [3], [4], [5]]);
  });

  it('keep the order of the partitions where items are equal', async () => {
    const of = (name: string): Pages =>
      (async function* () {
        yield [item(1, name), item(1, name)];
      })();
    const { value: page } = await mergedPages([of('first'), of('second')], order, 9).next();
    expect(page?.map((one: Item) => one.of)).toEqual(['first', 'first', 'second', 'second']);
  });

  it('are asked for a page ahead, once half of one is taken', async () => {
    const { pages, told } = partition([1, 2, 3, 4], [5, 6, 7, 8], [9]);
    const merged = mergedPages([pages], order, 1);
    const asked: number[] = [];
    for (let taken = 0; taken < 6; taken++) {
      await merged.next();
      await settled();
      asked.push(told.asked);
    }
    // The third of four items is more than half of them.
    expect(asked).toEqual([1, 1, 2, 2, 2, 2]);
    await merged.return(undefined);
  });

  it('are asked for no more once nobody reads them, and all are ended', async () => {
    const parts = [partition([1, 3], [5], [7]), partition([2, 4], [6], [8])];
    for await (const page of mergedPages(
      parts.map(({ pages }) => pages),
      order,
      1,
    )) {
      expect(numbers(page)).toEqual([1]);
      break;
    }
    expect(parts.map(({ told }) => told)).toEqual([
      { asked: 1, isEnded: true },
      { asked: 1, isEnded: true },
    ]);
  });

  it('fail with the fault of one, and the others are ended', async () => {
    const good = partition([1], [2]);
    const bad: Pages = (async function* () {
      yield [item(0)];
      throw new Error('no answer');
    })();
    await expect(all(mergedPages([good.pages, bad], order))).rejects.toThrow('no answer');
    expect(good.told.isEnded).toBe(true);
  });
});

describe('pages that are asked for beforehand', () => {
  it('are the same', async () => {
    const { pages, told } = partition([1], [2]);
    const early = begun(pages);
    expect(told.asked).toBe(1);
    expect(await all(early)).toEqual([[1], [2]]);
  });

  it('end where nobody reads on', async () => {
    const { pages, told } = partition([1], [2]);
    for await (const _ of begun(pages)) break;
    expect(told).toEqual({ asked: 1, isEnded: true });
  });

  it('tell their fault to whoever reads them, and to nobody else', async () => {
    const failing = (): Pages =>
      (async function* () {
        yield* [];
        throw new Error('no answer');
      })();
    begun(failing());
    await settled();
    await expect(all(begun(failing()))).rejects.toThrow('no answer');
  });
});

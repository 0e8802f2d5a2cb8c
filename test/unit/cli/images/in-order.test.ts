import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inOrder } from '../../../../functions/cli/images/in-order.ts';

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('work in order', () => {
  it('yields results in the order of the items, whichever is done first', async () => {
    const results = inOrder([30, 0, 20, 10], 4, async (milliseconds) => {
      await sleep(milliseconds);
      return milliseconds;
    });
    expect(await all(results)).toEqual([30, 0, 20, 10]);
  });

  it('never has more under way or waiting than it may', async () => {
    let started = 0;
    let taken = 0;
    let most = 0;
    const items = Array.from({ length: 50 }, (_, i) => i);
    for await (const _ of inOrder(items, 3, async (item) => {
      most = Math.max(most, ++started - taken);
      await sleep(item % 3);
    })) {
      await sleep(1);
      taken += 1;
    }
    expect(started).toBe(50);
    expect(most).toBe(3);
  });

  it('yields nothing for nothing', async () => {
    expect(await all(inOrder([], 3, async () => 1))).toEqual([]);
  });

  it('rejects when the turn of a failed one comes, and not before', async () => {
    const results = inOrder([1, 2, 3], 3, async (item) => {
      if (item === 2) throw new Error('two');
      await sleep(5);
      return item;
    });
    expect(await results.next()).toEqual({ done: false, value: 1 });
    await expect(results.next()).rejects.toThrow('two');
  });
});

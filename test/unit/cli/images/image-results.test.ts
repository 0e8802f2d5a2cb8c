import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { IMAGES_AT_ONCE, severalAtOnce } from '../../../../functions/cli/images/image-results.ts';

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('work on several images at once', () => {
  it('yields results in the order of the items, whichever is done first', async () => {
    const results = severalAtOnce([30, 0, 20, 10], async (milliseconds) => {
      await sleep(milliseconds);
      return milliseconds;
    });
    expect(await all(results)).toEqual([30, 0, 20, 10]);
  });

  it('never has more under way or waiting than it may, beside the one that is being taken', async () => {
    let [started, running, taken] = [0, 0, 0];
    let [mostRunning, mostHeld] = [0, 0];
    const items = Array.from({ length: 50 }, (_, i) => i);
    for await (const _ of severalAtOnce(items, async (item) => {
      mostHeld = Math.max(mostHeld, ++started - taken);
      mostRunning = Math.max(mostRunning, ++running);
      await sleep(item % 3);
      running -= 1;
    })) {
      taken += 1;
      await sleep(1);
    }
    expect(started).toBe(50);
    expect(mostRunning).toBe(IMAGES_AT_ONCE);
    expect(mostHeld).toBe(IMAGES_AT_ONCE + 1);
  });

  it('starts nothing before somebody asks for results', async () => {
    let started = 0;
    severalAtOnce([1, 2, 3], async () => {
      started += 1;
    });
    await sleep(5);
    expect(started).toBe(0);
  });

  it('starts nothing more when nobody wants further results', async () => {
    let started = 0;
    const items = Array.from({ length: 50 }, (_, i) => i);
    for await (const _ of severalAtOnce(items, async () => {
      started += 1;
      await sleep(1);
    })) {
      break;
    }
    await sleep(5);
    expect(started).toBeLessThanOrEqual(IMAGES_AT_ONCE + 1);
  });

  it('yields nothing for nothing', async () => {
    expect(await all(severalAtOnce([], async () => 1))).toEqual([]);
  });

  it('rejects when the turn of a failed one comes, and not before', async () => {
    const results = severalAtOnce([1, 2, 3], async (item) => {
      if (item === 2) throw new Error('two');
      await sleep(5);
      return item;
    })[Symbol.asyncIterator]();
    expect(await results.next()).toEqual({ done: false, value: 1 });
    await expect(results.next()).rejects.toThrow('two');
  });
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { memoryBudget } from '../../functions/adapters/sharp/memory-budget.ts';
import { inPictureSlot, lateFault } from '../../functions/adapters/sharp/picture-slots.ts';

/** Native work that ends when it is told to. */
function endlessWork() {
  let end = () => {};
  const ended = new Promise<string>((resolve) => {
    end = () => resolve('late pixels');
  });
  return { work: () => ended, end };
}

describe('a slot for decoding', () => {
  it('answers when time runs out but stays taken until the work has ended', async () => {
    const slots = { places: pLimit(1), memory: memoryBudget(10) };
    const { work, end } = endlessWork();
    await expect(inPictureSlot({ seconds: 0.01, heldBytes: 1 }, work, slots)).rejects.toThrow(
      'Expected to decode the image within 0.01 s',
    );
    const next = inPictureSlot({ seconds: 60, heldBytes: 1 }, async () => 'pixels', slots);
    expect([slots.places.activeCount, slots.places.pendingCount]).toEqual([1, 1]);
    end();
    await expect(next).resolves.toBe('pixels');
  });

  it('is free again after work that fails', async () => {
    const slots = { places: pLimit(1), memory: memoryBudget(10) };
    const fault = new Error('corrupt');
    await expect(
      inPictureSlot({ seconds: 60, heldBytes: 1 }, () => Promise.reject(fault), slots),
    ).rejects.toBe(fault);
    await expect(inPictureSlot({ seconds: 60, heldBytes: 1 }, async () => 'pixels', slots)).resolves.toBe(
      'pixels',
    );
  });
});

describe('a memory budget', () => {
  /** Works of so many bytes, in the order in which they begin, each until it is ended. */
  function worksIn(totalBytes: number) {
    const budget = memoryBudget(totalBytes);
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const begin = (name: string, bytes: number) =>
      budget.within(bytes, () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      });
    return { begin, begun, end: (name: string) => ends.get(name)?.() };
  }

  it('lets works in as far as it lasts, in their order', async () => {
    const { begin, begun, end } = worksIn(10);
    const works = [begin('large', 7), begin('larger', 8), begin('small', 2)];
    await nextTurn();
    // The small one would fit, but the larger one would wait for ever behind small ones.
    expect(begun).toEqual(['large']);
    end('large');
    await works[0];
    await nextTurn();
    expect(begun).toEqual(['large', 'larger', 'small']);
    end('larger');
    end('small');
    await Promise.all(works);
  });

  it('lets one that takes more than there is work alone', async () => {
    const { begin, begun, end } = worksIn(10);
    const works = [begin('huge', 99), begin('small', 1)];
    await nextTurn();
    expect(begun).toEqual(['huge']);
    end('huge');
    await works[0];
    await nextTurn();
    expect(begun).toEqual(['huge', 'small']);
    end('small');
    await Promise.all(works);
  });

  it('is free again after work that fails', async () => {
    const budget = memoryBudget(10);
    await expect(budget.within(10, () => Promise.reject(new Error('corrupt')))).rejects.toThrow('corrupt');
    await expect(budget.within(10, async () => 'pixels')).resolves.toBe('pixels');
  });
});

describe('time that ran out', () => {
  it.each([
    {
      what: 'for good when the process ran all the time',
      cpuSeconds: 19.9,
      code: 'too-slow',
      retryable: false,
    },
    { what: 'for good when it ran three quarters of it', cpuSeconds: 15, code: 'too-slow', retryable: false },
    { what: 'to retry when it ran less', cpuSeconds: 14.9, code: 'decode-timeout', retryable: true },
  ])('is a fault $what', ({ cpuSeconds, code, retryable }) => {
    expect(lateFault(20, cpuSeconds)).toMatchObject({ code, retryable });
  });
});

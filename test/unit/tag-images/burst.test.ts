import { describe, expect, it } from 'vitest';
import { simulatedBurst } from '../../bench/burst/simulated-burst.ts';

/** `npm run bench:burst` in small: a table for 80 units a second, which are ten images. */
const BURST = { messages: 150, workers: 10, writeUnitsPerSecond: 80 };

describe('a burst of uploads on a table that throttles', () => {
  it('is tagged, with nothing dead, nothing lost, and hardly anything inferred twice', async () => {
    const figures = await simulatedBurst(BURST);
    expect(figures).toMatchObject({ deadLetters: 0, lost: 0, timeouts: 0 });
    expect(figures.throttledRequests).toBeGreaterThan(100);
    expect(figures.repeatedInferences).toBeLessThanOrEqual(0.01 * BURST.messages);
    // As soon as the table takes it.
    expect(figures.seconds).toBeLessThan(2 * ((BURST.messages * 9) / BURST.writeUnitsPerSecond));
  });

  it('that is more than the functions can wait for loses nothing either', async () => {
    const figures = await simulatedBurst({ ...BURST, messages: 40, workers: 4, writeUnitsPerSecond: 4 });
    expect(figures).toMatchObject({ deadLetters: 0, lost: 0, timeouts: 0 });
    expect(figures.repeatedReceives).toBeGreaterThan(0);
  });

  it('whose pictures all have the same labels is tagged several times as fast with shards', async () => {
    // A partition takes 10 units a second here, the table eighty times as much.
    const hot = { messages: 200, workers: 20, writeUnitsPerSecond: 80_000, share: 0.01, isSame: true };
    const one = await simulatedBurst(hot);
    const several = await simulatedBurst({ ...hot, shards: 16 });
    for (const figures of [one, several])
      expect(figures).toMatchObject({ deadLetters: 0, lost: 0, repeatedInferences: 0 });
    expect(several.throttledRequests).toBeLessThan(one.throttledRequests / 4);
    expect(several.seconds).toBeLessThan(one.seconds / 2);
  });

  it('goes through the real adapter and SDK likewise', async () => {
    const figures = await simulatedBurst({
      messages: 60,
      workers: 6,
      writeUnitsPerSecond: 20,
      usesSdk: true,
    });
    expect(figures).toMatchObject({ deadLetters: 0, lost: 0, timeouts: 0 });
    expect(figures.throttledRequests).toBeGreaterThan(20);
    expect(figures.repeatedInferences).toBe(0);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { patientRetries, type RetryStrategy } from '../../../../functions/adapters/aws/patient-retries.ts';

const THROTTLED = { errorType: 'THROTTLING' } as const;
const BROKEN = { errorType: 'TRANSIENT' } as const;

/** The SDK's strategy, which allows two attempts and remembers what it is told. */
function standard() {
  const token = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 7 });
  const succeeded: unknown[] = [];
  const strategy: RetryStrategy = {
    acquireInitialRetryToken: async () => token(0),
    refreshRetryTokenForRetry: async (used) => {
      if (used.getRetryCount() > 0) throw new Error('No retry token available');
      return token(used.getRetryCount() + 1);
    },
    recordSuccess: (used) => void succeeded.push(used),
  };
  return { strategy, succeeded };
}

/** Sends a request that is always refused; gives the delays between its attempts until it is given up. */
async function delaysOf(functionMilliseconds: number): Promise<readonly number[]> {
  let remaining = functionMilliseconds;
  const retries = patientRetries(standard().strategy, () => remaining);
  let token = await retries.acquireInitialRetryToken('');
  const delays: number[] = [];
  for (;;) {
    try {
      token = await retries.refreshRetryTokenForRetry(token, THROTTLED);
    } catch {
      return delays;
    }
    delays.push(token.getRetryDelay());
    remaining -= token.getRetryDelay() + 5;
  }
}
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('a request that is refused for its rate', () => {
  it('is sent again while the function has time, and leaves some for notes and the response', async () => {
    const delays = await delaysOf(60_000);
    expect(delays.length).toBeGreaterThan(8);
    expect(sum(delays)).toBeGreaterThan(53_000);
    expect(sum(delays)).toBeLessThanOrEqual(54_000);
  });

  it('waits longer and longer, each time up to twice as long, but never for more than an eighth of its time', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(1);
    try {
      const delays = await delaysOf(60_000);
      expect(delays.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
      expect(Math.max(...delays)).toBeLessThan(54_000 / 8);
    } finally {
      random.mockRestore();
    }
  });

  it.each([
    ['begins late', 5_000, 3_000],
    ['begins with next to no time', 1_900, 0],
    ['begins after the end', -100, 0],
  ])('that %s is given up before the function is ended', async (_, remaining, most) => {
    const spent = sum(await delaysOf(remaining));
    expect(spent).toBeLessThanOrEqual(most);
    expect(spent).toBeGreaterThanOrEqual(most * 0.9);
  });

  it('leaves the attempts that other faults have as they are', async () => {
    const { strategy, succeeded } = standard();
    const retries = patientRetries(strategy, () => 60_000);
    const first = await retries.acquireInitialRetryToken('');
    const throttled = await retries.refreshRetryTokenForRetry(first, THROTTLED);
    const broken = await retries.refreshRetryTokenForRetry(throttled, BROKEN);
    expect(broken.getRetryDelay()).toBe(7);
    expect(broken.getRetryCount()).toBe(1);
    await expect(retries.refreshRetryTokenForRetry(broken, BROKEN)).rejects.toThrow('No retry token');
    const again = await retries.refreshRetryTokenForRetry(broken, THROTTLED);
    retries.recordSuccess(again);
    expect(succeeded).toMatchObject([{ getRetryCount: expect.any(Function) }]);
  });
});

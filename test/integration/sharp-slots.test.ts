import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
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
    const slots = pLimit(1);
    const { work, end } = endlessWork();
    await expect(inPictureSlot(0.01, work, slots)).rejects.toThrow(
      'Expected to decode the image within 0.01 s',
    );
    const next = inPictureSlot(60, async () => 'pixels', slots);
    expect([slots.activeCount, slots.pendingCount]).toEqual([1, 1]);
    end();
    await expect(next).resolves.toBe('pixels');
  });

  it('is free again after work that fails', async () => {
    const slots = pLimit(1);
    const fault = new Error('corrupt');
    await expect(inPictureSlot(60, () => Promise.reject(fault), slots)).rejects.toBe(fault);
    await expect(inPictureSlot(60, async () => 'pixels', slots)).resolves.toBe('pixels');
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

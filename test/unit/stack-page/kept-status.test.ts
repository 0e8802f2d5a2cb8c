import { expect, it } from 'vitest';
import { keptStatus } from '../../../functions/stack-page/kept-status.ts';

const status = (tagged: number) => ({
  ...{ queue: { visible: 0, inFlight: 0 }, deadLetters: 0 },
  images: { tagged, unsupported: 0, failed: 0, deleted: 0 },
});

it('counts less often the more images there are, and once for all who ask meanwhile', async () => {
  for (const [images, milliseconds] of [
    [0, 3_000],
    [100_000, 103_000],
  ] as const) {
    let now = 0;
    let asked = 0;
    const read = keptStatus(
      async () => {
        asked++;
        return status(images);
      },
      () => now,
    );
    await Promise.all([read(), read()]);
    now = milliseconds - 1;
    expect([await read(), asked]).toEqual([status(images), 1]);
    now = milliseconds;
    await read();
    expect(asked).toBe(2);
  }
});

it('keeps no fault', async () => {
  let isWell = false;
  const read = keptStatus(async () => {
    if (!isWell) throw new Error('503');
    return status(1);
  });
  await expect(read()).rejects.toThrow('503');
  isWell = true;
  expect(await read()).toEqual(status(1));
});

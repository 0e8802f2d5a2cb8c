import { expect, it, vi } from 'vitest';
import { createIdempotency } from '../../../../functions/local/dynamodb/idempotency.mjs';

const MINUTE = 60_000;

it('knows a token for ten minutes', async () => {
  let now = 0;
  const once = createIdempotency(() => now);
  const task = vi.fn(async () => 'done');
  await once('a', 'same', task);
  now = 10 * MINUTE - 1;
  expect(await once('a', 'same', task)).toBe('done');
  expect(task).toHaveBeenCalledTimes(1);
  now = 10 * MINUTE;
  await once('a', 'same', task);
  expect(task).toHaveBeenCalledTimes(2);
});

it('forgets the oldest of very many', async () => {
  const once = createIdempotency(() => 0);
  const task = vi.fn(async () => 'done');
  await once('first', '', task);
  for (let number = 0; number < 10_000; number++) await once(String(number), '', task);
  task.mockClear();
  await once('9999', '', task);
  await once('first', '', task);
  expect(task).toHaveBeenCalledTimes(1);
});

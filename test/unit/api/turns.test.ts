import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { turns } from '../../../functions/api/turns.ts';

it('does work on one thing one after another, in the order of asking, also after a failure', async () => {
  const inTurn = turns();
  const steps: string[] = [];
  const step = (name: string) => async () => {
    steps.push(`${name} begins`);
    await sleep(1);
    steps.push(`${name} ends`);
    if (name === 'b') throw new Error('b fails');
    return name;
  };
  const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => inTurn('one', step(name))));
  expect(steps).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('does work on different things at once', async () => {
  const inTurn = turns();
  let open = () => {};
  const waiting = inTurn(
    'one',
    () =>
      new Promise<void>((resolve) => {
        open = resolve;
      }),
  );
  expect(await inTurn('two', async () => 'done')).toBe('done');
  open();
  await waiting;
});

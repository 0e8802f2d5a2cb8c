import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createKeyLock } from '../../functions/local/s3-endpoint/key-lock.ts';

/** A task that records when it begins and ends, with others in between if they may run beside it. */
function recorder() {
  const events: string[] = [];
  const task = (name: string) => async () => {
    events.push(`+${name}`);
    await pause(1);
    events.push(`-${name}`);
  };
  return { events, task };
}

test('lets one task at a time through for a name, in the order of asking, even after a failure', async () => {
  const lock = createKeyLock();
  const { events, task } = recorder();
  const failed = lock('k', () => Promise.reject(new Error('no')));
  const others = ['a', 'b', 'c'].map((name) => lock('k', task(name)));
  await expect(failed).rejects.toThrow('no');
  await Promise.all(others);
  expect(events).toEqual(['+a', '-a', '+b', '-b', '+c', '-c']);
});

test('does not let other names wait', async () => {
  const lock = createKeyLock();
  await lock('k', () => lock('other', async () => {}));
});

test('lets tasks that share a name run side by side, but not beside one that has it alone', async () => {
  const lock = createKeyLock();
  const { events, task } = recorder();
  await Promise.all([
    lock.shared('k', task('a')),
    lock.shared('k', task('b')),
    lock('k', task('alone')),
    lock.shared('k', task('c')),
    lock.shared('k', task('d')),
  ]);
  expect(events).toEqual(['+a', '+b', '-a', '-b', '+alone', '-alone', '+c', '+d', '-c', '-d']);
});

test('waits for the slowest of those that share a name', async () => {
  const lock = createKeyLock();
  const { events, task } = recorder();
  const slow = lock.shared('k', async () => {
    await pause(20);
    events.push('slow');
  });
  await lock.shared('k', task('quick'));
  await lock('k', task('alone'));
  expect(events).toEqual(['+quick', '-quick', 'slow', '+alone', '-alone']);
  await slow;
});

import { expect, it } from 'vitest';
import { removeLeftovers } from '../../../functions/canary/leftovers.ts';

it('leftover pictures are removed an hour after they were put: another canary may wait for a newer one', async () => {
  const now = Date.parse('2026-11-30T12:00:00Z');
  const asked: Date[] = [];
  const removed: string[] = [];
  const ports = {
    putBefore: async (time: Date) => {
      asked.push(time);
      return ['.cliptag-canary/a.png', '.cliptag-canary/b.png'];
    },
    remove: async (key: string) => void removed.push(key),
  };
  expect(await removeLeftovers(ports, now)).toEqual(removed);
  expect(removed).toEqual(['.cliptag-canary/a.png', '.cliptag-canary/b.png']);
  expect(asked).toEqual([new Date('2026-11-30T11:00:00Z')]);
});

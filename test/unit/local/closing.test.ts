import { expect, it } from 'vitest';
import { closeInTurn } from '../../../functions/local/closing.ts';

it('closes all, one after the other, whatever becomes of one, and tells of the first fault', async () => {
  const closed: string[] = [];
  const closing = (name: string, fault?: string) => async () => {
    await null;
    closed.push(name);
    if (fault !== undefined) throw new Error(fault);
  };
  await closeInTurn([closing('a'), closing('b')]);
  await expect(
    closeInTurn([closing('c'), closing('d', 'first'), closing('e', 'second'), closing('f')]),
  ).rejects.toThrow('first');
  expect(closed).toEqual([...'abcdef']);
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLoggedOut } from '../../../../functions/local/page-host/logged-out.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

it('sessions that were logged out stay so over a restart, until they would have expired', async () => {
  const file = join(await temporaryFolder(), 'logged-out.json');
  let now = 0;
  const first = await openLoggedOut(file, () => now);
  await Promise.all([first.add('a', 1_000), first.add('b', 3_000)]);
  now = 2_000;
  const second = await openLoggedOut(file, () => now);
  expect(['a', 'b', 'c'].map(second.has)).toEqual([true, true, false]);
  await second.add('c', 4_000);
  const third = await openLoggedOut(file, () => now);
  expect(['a', 'b', 'c'].map(third.has)).toEqual([false, true, true]);
});

it.each(['', '{', '[1]', '{"a":"b"}'])('a note that is damaged counts as nothing: %j', async (text) => {
  const file = join(await temporaryFolder(), 'logged-out.json');
  await writeFile(file, text);
  const loggedOut = await openLoggedOut(file);
  expect(loggedOut.has('a')).toBe(false);
  await loggedOut.add('a', Date.now() + 1_000);
  expect((await openLoggedOut(file)).has('a')).toBe(true);
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mountMemory } from '../../../../functions/local/watch/mount-memory.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

it('what was mounted in each folder is remembered beyond the process', async () => {
  const file = join(await temporaryFolder(), 'mounts.json');
  const memory = mountMemory(file);
  expect(await memory.of('/a')).toEqual(new Set());
  await Promise.all([memory.note('/a', new Set(['y', 'x'])), memory.note('/b', new Set(['z']))]);
  const later = mountMemory(file);
  expect(await later.of('/a')).toEqual(new Set(['x', 'y']));
  expect(await later.of('/b')).toEqual(new Set(['z']));
  await later.note('/a', new Set());
  expect(await mountMemory(file).of('/a')).toEqual(new Set());
});

it.each(['', '{"/a":', '{"/a":1}', '[]', 'null'])(
  'a note that is damaged counts as nothing: %j',
  async (text) => {
    const file = join(await temporaryFolder(), 'mounts.json');
    await writeFile(file, text);
    const memory = mountMemory(file);
    expect(await memory.of('/a')).toEqual(new Set());
    await memory.note('/a', new Set(['x']));
    expect(await mountMemory(file).of('/a')).toEqual(new Set(['x']));
  },
);

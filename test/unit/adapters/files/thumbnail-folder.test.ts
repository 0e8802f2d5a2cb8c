import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { thumbnailFolder } from '../../../../functions/adapters/files/thumbnail-folder.ts';
import { thumbnailName } from '../../../../functions/core/thumbnails/thumbnail-store.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const NAME = thumbnailName({ bucket: 'photos', key: 'a.jpg', eTag: 'e', sequencer: '1' });

it('keeps, replaces and forgets thumbnails, in a folder that is made for the first', async () => {
  const folder = join(await temporaryFolder(), 'thumbnails');
  const store = thumbnailFolder(folder);
  expect(await store.get(NAME)).toBeUndefined();
  await store.delete(NAME);
  await Promise.all([1, 2, 3].map((content) => store.put(NAME, Uint8Array.of(content))));
  await store.put(NAME, Uint8Array.of(7));
  expect(Uint8Array.from((await store.get(NAME)) ?? [])).toEqual(Uint8Array.of(7));
  // No draft is left.
  expect(await readdir(join(folder, NAME.slice(0, 2)))).toEqual([NAME]);
  await store.delete(NAME);
  expect(await store.get(NAME)).toBeUndefined();
});

it.each(['../a.webp', 'a/b.webp', 'a.webp/..', 'a', ''])('rejects the name "%s"', async (name) => {
  const store = thumbnailFolder(await temporaryFolder());
  await expect((async () => store.get(name))()).rejects.toThrow('Expected the name of a thumbnail');
});

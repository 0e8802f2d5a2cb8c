import { expect, it } from 'vitest';
import { thumbnailName } from '../../../../functions/core/thumbnails/thumbnail-store.ts';

const state = { bucket: 'photos', key: 'a.jpg', eTag: 'e1', sequencer: '1' };

it('a thumbnail’s name is the same for the same state, and another for each other one', () => {
  const names = [
    state,
    { ...state, bucket: 'photos/a.jpg', key: '' },
    { ...state, key: 'b.jpg' },
    { ...state, eTag: 'e2' },
    { ...state, sequencer: '2' },
    { ...state, eTag: undefined },
  ].map(thumbnailName);
  expect(new Set(names).size).toBe(names.length);
  expect(thumbnailName({ ...state })).toBe(names[0]);
});

it('a thumbnail’s name can stand in a path and an address, whatever the key is', () => {
  expect(thumbnailName({ ...state, key: '../../etc/passwd \u0000"ü' })).toMatch(
    /^[0-9a-f]{32}-[0-9a-f]{16}\.webp$/,
  );
});

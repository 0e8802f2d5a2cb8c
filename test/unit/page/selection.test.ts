import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiImage } from '../../../functions/api/contract.ts';
import {
  isSelectable,
  type Selection,
  toggled,
  withChanged,
  withRange,
} from '../../../functions/page/model/selection.ts';

const image = (key: string, status: ApiImage['status'] = 'tagged'): ApiImage => ({
  ...{ bucket: 'photos', key, status, tags: [], recordedAt: '2026-06-21T00:00:00Z' },
});
const NONE: Selection = new Map();
const IMAGES = ['a', 'b', 'c', 'd', 'e'].map((key) => image(key, key === 'c' ? 'failed' : 'tagged'));
const keysOf = (selection: Selection) => [...selection.values()].map(({ key }) => key).join('');

describe('a selection', () => {
  it('takes a picture, and leaves it at the second time', () => {
    const one = toggled(NONE, image('a'));
    expect(keysOf(one)).toBe('a');
    expect(keysOf(toggled(toggled(one, image('b')), image('a')))).toBe('b');
    expect(keysOf(NONE)).toBe('');
  });

  it('takes no picture that has no tags', () => {
    expect(keysOf(toggled(NONE, image('a', 'failed')))).toBe('');
    expect(keysOf(withRange(NONE, IMAGES, 1, 3))).toBe('bd');
  });

  it.each([
    [1, 3, 'bd'],
    [3, 1, 'bd'],
    [4, 4, 'e'],
    [3, 99, 'de'],
    [-5, 0, 'a'],
  ])('takes all from %i to %i', (from, to, keys) => {
    expect(keysOf(withRange(NONE, IMAGES, from, to))).toBe(keys);
  });

  it('keeps what it had when a range is added', () => {
    expect(keysOf(withRange(toggled(NONE, image('z')), IMAGES, 0, 1))).toBe('zab');
  });

  it('has pictures as they are now, and none that is gone', () => {
    const two = withRange(NONE, IMAGES, 0, 1);
    const changed = { ...image('a'), tags: [{ set: 'mine', label: 'pip', score: 1 }] };
    expect(withChanged(two, changed).get('photos/a')).toBe(changed);
    expect(keysOf(withChanged(two, image('a', 'deleted')))).toBe('b');
    // Nobody is told of what is none of theirs.
    expect(withChanged(two, image('e'))).toBe(two);
  });

  it('is the same from whichever end a range is taken', () => {
    const place = fc.integer({ min: -2, max: 7 });
    fc.assert(
      fc.property(place, place, (from, to) => {
        const selection = withRange(NONE, IMAGES, from, to);
        expect(keysOf(selection)).toBe(keysOf(withRange(NONE, IMAGES, to, from)));
        expect([...selection.values()].every(isSelectable)).toBe(true);
      }),
    );
  });
});

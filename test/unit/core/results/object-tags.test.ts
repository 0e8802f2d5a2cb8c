import { describe, expect, it } from 'vitest';
import type { Tag } from '../../../../functions/core/labels/scores.ts';
import {
  mergedObjectTags,
  type ObjectTag,
  sameObjectTags,
} from '../../../../functions/core/results/object-tags.ts';

const tag = (label: string, score: number, set = 'general'): Tag => ({ set, label, score });
const foreign = (count: number): ObjectTag[] =>
  Array.from({ length: count }, (_, i) => ({ key: `team-${i}`, value: `${i}` }));
const keysOf = (tags: readonly ObjectTag[]) => tags.map(({ key }) => key);

describe('the tags of an object', () => {
  it('are those of others, then ours, best score first', () => {
    const existing = foreign(1);
    expect(mergedObjectTags(existing, [tag('dog', 0.7), tag('animal', 0.9), tag('cat', 0.8)], 5)).toEqual([
      { key: 'team-0', value: '0' },
      { key: 'cliptag:general:animal', value: 'yes' },
      { key: 'cliptag:general:cat', value: 'yes' },
      { key: 'cliptag:general:dog', value: 'yes' },
    ]);
  });

  it('replace our former ones and leave those of others, whatever these say', () => {
    const existing = [
      { key: 'cliptag:general:cat', value: 'yes' },
      { key: 'cliptag', value: 'mine' },
      { key: 'Cliptag:x', value: '' },
    ];
    expect(keysOf(mergedObjectTags(existing, [tag('dog', 1)], 5))).toEqual([
      'cliptag',
      'Cliptag:x',
      'cliptag:general:dog',
    ]);
  });

  it.each([
    ['as many as are asked for', 0, 3, 3],
    ['at most ten, with those of others', 8, 5, 2],
    ['none where others have taken all ten', 10, 5, 0],
    ['at most ten where there are no others', 0, 10, 10],
  ])('hold of ours %s', (_, others, limit, ours) => {
    const tags = Array.from({ length: 20 }, (_, i) => tag(`label ${i}`, 1 - i / 100));
    const merged = mergedObjectTags(foreign(others), tags, limit);
    expect(merged.slice(0, others)).toEqual(foreign(others));
    expect(keysOf(merged.slice(others))).toEqual(
      tags.slice(0, ours).map(({ label }) => `cliptag:general:${label}`),
    );
  });

  it.each([
    ['letters and digits of any script', 'Käse 3 猫', 'cliptag:general:Käse 3 猫'],
    ['what S3 allows beside them', '+-=._:/@', 'cliptag:general:+-=._:/@'],
    ['a line for what it does not allow', "bird's nest & {eggs}", 'cliptag:general:bird_s nest _ _eggs_'],
    ['128 characters at most', '😀'.repeat(200), `cliptag:general:${'_'.repeat(112)}`],
    [
      '128 characters as UTF-16 counts, and none by half',
      `a${'𠀀'.repeat(99)}`,
      `cliptag:general:a${'𠀀'.repeat(55)}`,
    ],
    ['no space at the end of what was cut', `${'a'.repeat(111)} b`, `cliptag:general:${'a'.repeat(111)}`],
  ])('have keys with %s', (_, label, key) => {
    expect(keysOf(mergedObjectTags([], [tag(label, 1)], 5))).toEqual([key]);
  });

  it('are one where labels differ only in what S3 does not allow', () => {
    expect(keysOf(mergedObjectTags([], [tag('a&b', 0.9), tag('a%b', 0.8), tag('c', 0.7)], 2))).toEqual([
      'cliptag:general:a_b',
      'cliptag:general:c',
    ]);
  });

  it('tell label sets apart', () => {
    expect(keysOf(mergedObjectTags([], [tag('beach', 0.9), tag('beach', 0.8, 'places')], 5))).toEqual([
      'cliptag:general:beach',
      'cliptag:places:beach',
    ]);
  });
});

it.each<[ObjectTag[], ObjectTag[], boolean]>([
  [[], [], true],
  [foreign(2), foreign(2).reverse(), true],
  [foreign(2), foreign(3), false],
  [[{ key: 'a', value: '1' }], [{ key: 'a', value: '2' }], false],
  [[{ key: 'a', value: '1' }], [{ key: 'b', value: '1' }], false],
])('%j and %j hold the same tags: %s', (one, other, same) => {
  expect(sameObjectTags(one, other)).toBe(same);
});

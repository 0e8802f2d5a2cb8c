import { expect, it } from 'vitest';
import { tagsText } from '../../../functions/terminal/tags-text.ts';

const dog = { set: 'general', label: 'dog', score: 0.912 };

it.each([
  [[], [], 'no label fits'],
  [[dog], [], 'dog 0.91'],
  [[dog, { ...dog, set: 'pets' }], [], 'general:dog 0.91, pets:dog 0.91'],
  [[], ['pets'], 'unknown: no label fits'],
  [[dog], ['pets'], 'general:dog 0.91, pets:unknown: no label fits'],
] as const)('says of %j and unknown %j: %s', (tags, unknown, text) => {
  expect(tagsText(tags, unknown)).toBe(text);
});

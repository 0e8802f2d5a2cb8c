import { expect, it } from 'vitest';
import { humanLines } from '../../../../../functions/cli/commands/query/query-text.ts';
import type { FoundImage } from '../../../../../functions/core/records/find-images.ts';

const images = [{ score: 0.5, bucket: 'b', key: 'a.jpg', tags: [] }] as unknown as readonly FoundImage[];

it.each([
  [0, true, undefined],
  [110, true, '1 of 111 images; --limit 111 shows all'],
  [1_000, false, '1 of more than 1,001 images; --limit 1001 shows these'],
])('says of %i more images, all: %s, %s', (beyond, isAll, text) => {
  expect(humanLines(images, { beyond, isAll })[1]).toBe(text);
});

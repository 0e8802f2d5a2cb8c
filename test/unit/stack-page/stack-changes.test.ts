import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ApiImage, SearchAnswerBody } from '../../../functions/api/contract.ts';
import { followStack } from '../../../functions/stack-page/stack-changes.ts';

const image = (key: string, second: number, label = 'cat'): ApiImage => ({
  ...{ bucket: 'photos', key, status: 'tagged', tags: [{ set: 'a', label, score: 0.9 }] },
  recordedAt: `2026-11-30T10:00:0${second}.000Z`,
});
const answer = (images: readonly ApiImage[], total = images.length, count = total): SearchAnswerBody => ({
  ...{ understood: '', images: [...images], total, facets: [{ set: 'a', label: 'cat', count }] },
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What open pages are told, look after look. */
async function toldOf(looks: readonly (SearchAnswerBody | Error)[], isHeard = () => true) {
  const told: string[] = [];
  let at = 0;
  const changes = followStack({
    page: { isHeard, tell: (name, data) => void told.push(`${name} ${summary(data() as Told)}`) },
    newest: async () => {
      const look = looks[at++];
      if (look === undefined || look instanceof Error) throw look ?? new Error('over');
      return look;
    },
    intervalMilliseconds: 1_000,
  });
  await vi.advanceTimersByTimeAsync(500 + 1_000 * looks.length);
  changes.close();
  await vi.advanceTimersByTimeAsync(10_000);
  return { told, asked: at };
}

type Told = ApiImage | { readonly added: number };

function summary(data: Told): string {
  return 'added' in data ? String(data.added) : `${data.key} ${data.tags[0]?.label}`;
}

const [A, B, C] = [image('a', 1), image('b', 2), image('c', 3)] as const;

it.each<[what: string, looks: (SearchAnswerBody | Error)[], told: string[]]>([
  ['nothing', [answer([B, A]), answer([B, A])], []],
  ['a new one', [answer([B, A]), answer([C, B, A])], ['image c cat', 'collection 0']],
  ['new tags', [answer([B, A]), answer([image('b', 4, 'dog'), A])], ['image b dog']],
  ['one of long ago', [answer([B, A], 100), answer([B, A], 101)], ['collection 1']],
  [
    'one of long ago and a new one',
    [answer([B, A], 100), answer([C, B], 102)],
    ['image c cat', 'collection 1'],
  ],
  ['one that is deleted, and one that moves up', [answer([C, B], 3), answer([C, A], 2)], ['collection 0']],
  ['counts alone, as after a retag', [answer([B], 50, 40), answer([B], 50, 30)], ['collection 0']],
  [
    'what came during a fault',
    [answer([A]), new Error('503'), answer([B, A])],
    ['image b cat', 'collection 0'],
  ],
])('tells open pages of %s', async (_, looks, told) => {
  expect((await toldOf(looks)).told).toEqual(told);
});

it('asks for nothing while no page is open, and tells one that opens nothing of before', async () => {
  expect(await toldOf([answer([A])], () => false)).toEqual({ told: [], asked: 0 });
  let asks = 0;
  // Open, closed, open again.
  const { told } = await toldOf([answer([A]), answer([B, A]), answer([B, A])], () => ++asks !== 2);
  expect(told).toEqual([]);
});

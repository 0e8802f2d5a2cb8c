import { describe, expect, it } from 'vitest';
import { grouped } from '../../../../functions/adapters/aws/grouped.ts';

/** Requests that are answered when the test says so. */
function heldRequests(maximumItems = 3, maximumBytes = 100) {
  const requests: Array<{ items: readonly string[]; answer: () => void; fail: (error: Error) => void }> = [];
  const send = grouped<string, string>({
    maximumItems,
    maximumBytes,
    bytesOf: (item) => item.length,
    send: (items) =>
      new Promise((resolve, reject) => {
        requests.push({ items, answer: () => resolve(items.map((item) => `${item}!`)), fail: reject });
      }),
  });
  const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
  return { requests, send, turn };
}

describe('items that are sent one by one', () => {
  it('go at once when alone, and together while a request is under way', async () => {
    const { requests, send, turn } = heldRequests();
    const first = send('a');
    await turn();
    const others = [send('b'), send('c')];
    await turn();
    expect(requests.map(({ items }) => items)).toEqual([['a']]);
    requests[0]?.answer();
    await turn();
    expect(requests[1]?.items).toEqual(['b', 'c']);
    requests[1]?.answer();
    expect(await Promise.all([first, ...others])).toEqual(['a!', 'b!', 'c!']);
  });

  it('share requests of no more items and bytes than are allowed', async () => {
    const { requests, send, turn } = heldRequests(3, 10);
    const all = ['1', '2', '3', '4', 'x'.repeat(9), 'y'.repeat(50), 'z'].map(send);
    for (let i = 0; i < 5; i++) {
      await turn();
      requests[i]?.answer();
    }
    await Promise.all(all);
    expect(requests.map(({ items }) => items.map((item) => item.length))).toEqual([
      [1, 1, 1],
      [1, 9],
      [50],
      [1],
    ]);
  });

  it('fail together when their request fails, and those after them do not', async () => {
    const { requests, send, turn } = heldRequests();
    const outcomes = Promise.allSettled(['a', 'b'].map(send));
    await turn();
    const next = send('c');
    requests[0]?.fail(new Error('throttled'));
    expect(await outcomes).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    await turn();
    requests[1]?.answer();
    expect(await next).toBe('c!');
  });

  it('fail when not every one of them is answered', async () => {
    const send = grouped<string, string>({
      maximumItems: 10,
      maximumBytes: 10,
      bytesOf: () => 1,
      send: async () => [],
    });
    await expect(send('a')).rejects.toThrow('Expected 1 answers but received 0');
  });
});

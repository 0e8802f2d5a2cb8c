import { beforeEach, describe, expect, it } from 'vitest';
import { FREE_GUESSES, guessLimit } from '../../../../functions/local/page-host/guess-limit.ts';

const ME = '192.168.1.7';
let now: number;
let told: string[];
beforeEach(() => {
  now = 0;
  told = [];
});
const opened = () =>
  guessLimit({ now: () => now, onLimit: (address, guesses) => told.push(`${guesses} ${address}`) });

function guess(limit: ReturnType<typeof opened>, times: number, address = ME): void {
  for (let i = 0; i < times; i++) limit.noteWrong(address);
}

describe('guesses at a token', () => {
  it('may be wrong ten times, and then have to wait twice as long each time, for five minutes at most', () => {
    const limit = opened();
    const waits: number[] = [];
    for (let i = 1; i <= 20; i++) {
      limit.noteWrong(ME);
      waits.push(limit.waitSeconds(ME));
    }
    expect(waits.slice(0, FREE_GUESSES - 1)).toEqual(Array(FREE_GUESSES - 1).fill(0));
    expect(waits.slice(FREE_GUESSES - 1)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    expect(told).toEqual([`10 ${ME}`]);
    expect(limit.waitSeconds('192.168.1.8')).toBe(0);
  });

  it('need not wait once the time is over, and wait longer after the next one', () => {
    const limit = opened();
    guess(limit, 12);
    now = 3_001;
    expect(limit.waitSeconds(ME)).toBe(1);
    now = 4_000;
    expect(limit.waitSeconds(ME)).toBe(0);
    limit.noteWrong(ME);
    expect(limit.waitSeconds(ME)).toBe(8);
  });

  it('are forgotten after a quarter of an hour, and with the right token', () => {
    const limit = opened();
    guess(limit, 15);
    now = 15 * 60_000;
    expect(limit.waitSeconds(ME)).toBe(0);
    limit.noteWrong(ME);
    expect(limit.waitSeconds(ME)).toBe(0);
    guess(limit, 9);
    expect(limit.waitSeconds(ME)).toBe(1);
    limit.noteRight(ME);
    expect(limit.waitSeconds(ME)).toBe(0);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['2001:db8:1:2::1', '2001:0DB8:1:2::1', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['fe80::1%eth0', 'fe80::2', true],
    ['::1', '::2', true],
  ])('are counted for %s and %s together: %s', (one, other, areTogether) => {
    const limit = opened();
    guess(limit, 12, one);
    expect(limit.waitSeconds(other) > 0).toBe(areTogether);
  });

  it('are kept for ten thousand addresses, the last ones', () => {
    const limit = opened();
    for (let i = 0; i < 10_000; i++) guess(limit, 1, `10.0.${i >> 8}.${i & 255}`);
    guess(limit, 9, '10.0.0.0');
    guess(limit, 12, '10.1.0.0');
    expect([limit.waitSeconds('10.0.0.0'), limit.waitSeconds('10.1.0.0')]).toEqual([1, 4]);
    guess(limit, 9, '10.0.0.1');
    expect(limit.waitSeconds('10.0.0.1')).toBe(0);
  });
});

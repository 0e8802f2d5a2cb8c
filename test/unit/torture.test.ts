import { describe, expect, it } from 'vitest';
import { seededRandom, tortureLimits } from '../torture/torture.ts';

const numbers = (...seeds: number[]) => {
  const random = seededRandom(...seeds);
  return Array.from({ length: 50 }, () => random.integer(1_000_000));
};

describe('random numbers of a torture', () => {
  it('are the same for the same seeds, and others for others', () => {
    expect(numbers(1, 7)).toEqual(numbers(1, 7));
    const all = [numbers(1, 7), numbers(7, 1), numbers(1, 8), numbers(2, 7), numbers(1)];
    expect(new Set(all.map((each) => each.join())).size).toBe(all.length);
  });

  it('lie within their bounds, and reach them', () => {
    const random = seededRandom(1);
    const drawn = Array.from({ length: 2_000 }, () => random.pick(['a', 'b', 'c']));
    expect(new Set(drawn)).toEqual(new Set(['a', 'b', 'c']));
    expect(Math.max(...random.bytes(5_000))).toBe(255);
    expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
  });
});

describe('the rounds of a torture', () => {
  it('are as many as are asked for, and each can be repeated alone', () => {
    const rounds = [...tortureLimits({ seed: 3, rounds: 4 }).rounds()];
    expect(rounds.map(({ round }) => round)).toEqual([0, 1, 2, 3]);
    const [again] = tortureLimits({ seed: 3, rounds: 1, first: 2 }).rounds();
    expect(again?.round).toBe(2);
    expect(again?.random.next()).toBe(rounds[2]?.random.next());
  });

  it('end when the time is over', () => {
    expect([...tortureLimits({ minutes: -1 }).rounds()]).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { throughput } from '../../../../functions/local/page-api/throughput.ts';

describe('images per second', () => {
  it('are those of the last minute', () => {
    let now = 1_000_000;
    const rate = throughput(() => now);
    expect(rate.perSecond()).toBe(0);
    for (let i = 0; i < 120; i++) rate.note();
    expect(rate.perSecond()).toBe(2);
    now += 59_000;
    expect(rate.perSecond()).toBe(2);
    rate.note();
    now += 1_000;
    expect(rate.perSecond()).toBeCloseTo(1 / 60);
    now += 3_600_000;
    expect(rate.perSecond()).toBe(0);
  });

  it('stay right when the clock is set back', () => {
    let now = 1_000_000;
    const rate = throughput(() => now);
    now -= 30_000;
    for (let i = 0; i < 60; i++) rate.note();
    expect(rate.perSecond()).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import { liveStatusText } from '../../../../functions/local/start/live-status.ts';
import { outcomeLines } from '../../../../functions/local/start/outcome-lines.ts';

const counts = { pictures: 1_234, perSecond: 12.34, waiting: 56, failed: 7, deadLetters: 0 };

describe('the live line', () => {
  it('tells how the pipeline stands, and the keys', () => {
    expect(liveStatusText(counts, ['q quit'], 80)).toBe(
      '1,234 pictures · 12.3 a second · 56 waiting · 7 failed   q quit',
    );
    expect(liveStatusText({ ...counts, pictures: 1, perSecond: 0, deadLetters: 2 }, ['q quit'], 80)).toBe(
      '1 picture · 56 waiting · 7 failed · 2 given up   q quit',
    );
  });

  it('fits a usual terminal where that does not say how wide it is', () => {
    expect(liveStatusText(counts, ['q quit'], 0)).toBe(liveStatusText(counts, ['q quit'], 80));
  });

  it.each([64, 63, 55, 54, 53, 20, 2])('fits a terminal of %i columns', (columns) => {
    const text = liveStatusText(counts, ['q quit', '?'], columns);
    expect(text.length).toBeLessThan(columns);
    expect(text.includes('q quit')).toBe(columns === 64);
    expect(text.endsWith('   ?')).toBe(columns === 63);
  });
});

describe('lines about pictures', () => {
  function printed(isLive: boolean) {
    const lines: string[] = [];
    const clock = { now: 0 };
    const outcomes = outcomeLines({
      print: (line) => lines.push(line),
      isLive: () => isLive,
      now: () => clock.now,
    });
    return { lines, clock, outcomes };
  }

  it('are all printed where there is no live line', () => {
    const { lines, outcomes } = printed(false);
    for (let i = 0; i < 100; i++) outcomes.take(String(i));
    expect(lines).toHaveLength(100);
  });

  it('are the first of each second beside one, with the number of the others after it', () => {
    const { lines, clock, outcomes } = printed(true);
    for (let i = 0; i < 100; i++) outcomes.take(String(i));
    expect(lines).toEqual(['0', '1', '2', '3', '4']);
    outcomes.look();
    expect(lines).toHaveLength(5);
    clock.now = 1_000;
    outcomes.take('next');
    expect(lines.slice(5)).toEqual(['… and 95 more', 'next']);
    clock.now = 2_000;
    outcomes.look();
    expect(lines).toHaveLength(7);
  });

  it('are counted at the end of a burst, though nothing follows', () => {
    const { lines, clock, outcomes } = printed(true);
    for (let i = 0; i < 7; i++) outcomes.take(String(i));
    clock.now = 1_500;
    outcomes.look();
    expect(lines.at(-1)).toBe('… and 2 more');
  });
});

import { countText } from '../../terminal/amounts.ts';
import { widthOf } from '../../terminal/width.ts';
import { LINE_WIDTH } from '../../terminal/wrapped.ts';
import type { LiveCounts } from '../page.ts';

/** Below this nobody would call it a speed. */
const LOWEST_RATE = 0.05;

/**
 * All of it in one line that fits the terminal.
 *
 * @param columns of the terminal; 0 where it does not say
 * @param hints what is said of the keys, the longest first: the first one that fits is taken, and none where none does
 */
export function liveStatusText(counts: LiveCounts, hints: readonly string[], columns: number): string {
  const { pictures, perSecond, waiting, failed, deadLetters } = counts;
  const parts = [
    pictures === 1 ? '1 picture' : `${countText(pictures)} pictures`,
    ...(perSecond >= LOWEST_RATE ? [`${perSecond.toFixed(1)} a second`] : []),
    `${countText(waiting)} waiting`,
    `${countText(failed)} failed`,
    ...(deadLetters > 0 ? [`${countText(deadLetters)} given up`] : []),
  ];
  const status = parts.join(' · ');
  const room = columns || LINE_WIDTH;
  // A line that fills the terminal to its last cell would begin another one.
  const fits = (text: string) => widthOf(text) < room;
  const whole = [...hints.map((hint) => `${status}   ${hint}`), status].find(fits);
  return whole ?? `${status.slice(0, Math.max(0, room - 2))}…`;
}

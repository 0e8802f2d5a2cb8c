import { countText } from '../terminal/amounts.ts';
import { widthOf } from '../terminal/width.ts';

/** How the pipeline stands. */
export interface LiveCounts {
  readonly pictures: number;
  readonly perSecond: number;
  /** Messages that wait or are in work. */
  readonly waiting: number;
  readonly failed: number;
  readonly deadLetters: number;
}

/** Below this nobody would call it a speed. */
const LOWEST_RATE = 0.05;

/** All of it in one line that fits the terminal; the keys go first where it does not. */
export function liveStatusText(counts: LiveCounts, keys: string, columns: number): string {
  const { pictures, perSecond, waiting, failed, deadLetters } = counts;
  const parts = [
    pictures === 1 ? '1 picture' : `${countText(pictures)} pictures`,
    ...(perSecond >= LOWEST_RATE ? [`${perSecond.toFixed(1)} a second`] : []),
    `${countText(waiting)} waiting`,
    `${countText(failed)} failed`,
    ...(deadLetters > 0 ? [`${countText(deadLetters)} given up`] : []),
  ];
  const status = parts.join(' · ');
  const whole = `${status}   ${keys}`;
  // A line that fills the terminal to its last cell would begin another one.
  if (widthOf(whole) < columns) return whole;
  return widthOf(status) < columns ? status : `${status.slice(0, Math.max(0, columns - 2))}…`;
}

import { type Markup, markup } from './markup.ts';

/** In units of the drawing, which the page scales: charts beside each other are equally wide. */
export const FRAME = { left: 44, top: 10, side: 300, width: 356 } as const;

const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Place of a value from 0 to 1, from left to right. */
export function x(value: number): number {
  return rounded(FRAME.left + FRAME.side * value);
}

/** Place of a value from 0 to 1, from the bottom up. */
export function y(value: number): number {
  return rounded(FRAME.top + FRAME.side * (1 - value));
}

/** Grid and numbers of both axes: shares upwards, scores to the right. */
export function ticks(): readonly Markup[] {
  return TICKS.map(tick);
}

/** What the axis from left to right means. */
export function xAxis(text: string): Markup {
  return markup`<text class="axis" x="${FRAME.left + FRAME.side / 2}" y="${FRAME.top + FRAME.side + 34}" text-anchor="middle">${text}</text>`;
}

function tick(value: number): Markup {
  return markup`<line class="grid" x1="${x(0)}" y1="${y(value)}" x2="${x(1)}" y2="${y(value)}"/>
<text x="${FRAME.left - 6}" y="${y(value) + 4}" text-anchor="end">${Math.round(100 * value)} %</text>
<text x="${x(value)}" y="${FRAME.top + FRAME.side + 16}" text-anchor="middle">${value.toFixed(1)}</text>`;
}

/** Shorter by far than all digits, and no eye sees the rest. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

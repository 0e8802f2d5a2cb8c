import stringWidth from 'string-width';
import { printable } from '../core/printable.ts';
import { indented } from './layout.ts';

/** Letters of a long text that are shown on each side of the column. */
const SHOWN_LETTERS = 50;

/**
 * A text, and a caret under one of its columns; of a long text what stands around it.
 *
 * @param column the first one is 1, counted in UTF-16 units
 * @example
 * pointedAt('dog lable:beach', 5) // ['  dog lable:beach', '      ^']
 */
export function pointedAt(text: string, column: number): string[] {
  const at = Math.max(0, Math.min(column - 1, text.length));
  const start = Math.max(0, at - SHOWN_LETTERS);
  const end = at + SHOWN_LETTERS;
  const before = `${start > 0 ? '…' : ''}${printable(text.slice(start, at))}`;
  const after = `${printable(text.slice(at, end))}${end < text.length ? '…' : ''}`;
  return indented([before + after, `${' '.repeat(stringWidth(before))}^`]);
}

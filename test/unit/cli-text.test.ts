import { describe, expect, it } from 'vitest';
import { columns } from '../../functions/cli/columns.ts';
import { exitCodeOf, explain } from '../../functions/cli/exit-code.ts';
import { printable } from '../../functions/cli/printable.ts';
import { barText, withProgress } from '../../functions/cli/progress-bar.ts';
import { tagsText } from '../../functions/cli/tags-text.ts';
import { CliptagError, InvalidInput } from '../../functions/core/errors.ts';

describe('text for people', () => {
  it('shows control characters and turned writing, and leaves the rest as it is', () => {
    expect(printable('a\u001b[31m\n\u0085\u202e')).toBe('a\\u001b[31m\\u000a\\u0085\\u202e');
    expect(printable('Käse 🧀 日本.jpg')).toBe('Käse 🧀 日本.jpg');
  });

  it('stands in columns', () => {
    const rows = [
      ['a', 'long cell', 'x'],
      ['longer', 'b', ''],
    ];
    expect(columns(rows)).toEqual(['a       long cell  x', 'longer  b']);
    expect(columns([])).toEqual([]);
  });

  it('names label sets only where there are several', () => {
    const dog = { set: 'general', label: 'dog', score: 0.9123 };
    expect(tagsText([])).toBe('(no tags)');
    expect(tagsText([dog, { ...dog, label: 'pet', score: 1 }])).toBe('dog 0.91, pet 1.00');
    expect(tagsText([dog, { ...dog, set: 'mine' }])).toBe('general:dog 0.91, mine:dog 0.91');
  });
});

describe('errors', () => {
  it('take one line for one fault, and a line each for several', () => {
    expect(explain(new InvalidInput('x.yaml', ['one']))).toBe('x.yaml: one');
    expect(explain(new InvalidInput('x.yaml', ['one', 'two']))).toBe('x.yaml:\n  one\n  two');
  });

  it('end in 2 when the user can mend them, else in 1', () => {
    expect(exitCodeOf(new InvalidInput('x', ['one']))).toBe(2);
    expect(exitCodeOf(new CliptagError('no-model', 'x'))).toBe(2);
    expect(exitCodeOf(new CliptagError('table-fault', 'x'))).toBe(1);
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
  });
});

describe('the progress bar', () => {
  it('shows how much is done, and how fast', () => {
    expect(barText(0, 8, 0)).toBe('[------------------------] 0/8');
    expect(barText(2, 8, 4)).toBe('[######------------------] 2/8, 0.5 a second');
    expect(barText(8, 8, 4)).toBe('[########################] 8/8, 2.0 a second');
    expect(barText(0, 0, 0)).toBe('[------------------------] 0/0');
  });

  /** What is on a terminal's last line after all that was written. */
  function screen(isTTY: boolean) {
    const written: string[] = [];
    const terminal = { isTTY, write: (text: string) => written.push(text) > 0 };
    return { terminal, written, line: () => written.join('').split('\r\x1b[2K').at(-1) };
  }

  it('comes and goes on a terminal, and is gone at the end', async () => {
    const { terminal, line } = screen(true);
    await withProgress(
      2,
      async (progress) => {
        expect(line()).toMatch(/ 0\/2$/);
        progress.hide();
        expect(line()).toBe('');
        progress.advance();
        expect(line()).toMatch(/ 1\/2, /);
      },
      terminal,
    );
    expect(line()).toBe('');
  });

  it('goes away when the work fails', async () => {
    const { terminal, line } = screen(true);
    const work = withProgress(1, () => Promise.reject(new Error('work')), terminal);
    await expect(work).rejects.toThrow('work');
    expect(line()).toBe('');
  });

  it('is not drawn where there is no terminal', async () => {
    const { terminal, written } = screen(false);
    await withProgress(1, async ({ advance }) => advance(), terminal);
    expect(written).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { CliptagError, InvalidInput } from '../../../functions/core/errors.ts';
import { printable } from '../../../functions/core/printable.ts';
import { columns, tagsText } from '../../../functions/terminal/answer-text.ts';
import { withCountLine } from '../../../functions/terminal/count-line.ts';
import { exitCodeOf, explain } from '../../../functions/terminal/exit-code.ts';
import { barText, type ProgressBar, withProgress } from '../../../functions/terminal/progress-bar.ts';

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
    expect(explain(new InvalidInput('x\u001b[2J', ['\u001b', 'two']))).toBe('x\\u001b[2J:\n  \\u001b\n  two');
  });

  it('take one line whatever stands in a name', () => {
    expect(explain(new CliptagError('usage', 'no such file: a\n b\u001b[2J'))).toBe(
      'no such file: a b\\u001b[2J',
    );
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

  function screen({ isTTY = true, showsAnswers = true } = {}) {
    const written: string[] = [];
    const terminal = { isTTY, write: (text: string) => written.push(text) > 0 };
    /** What is left on the terminal's last line. */
    const line = () => written.join('').split('\r\x1b[2K').at(-1);
    return { terminal, showsAnswers, written, line };
  }

  it('makes room for each answer, and is gone at the end', async () => {
    const { line, ...terminal } = screen();
    const work = async (progress: ProgressBar) => {
      expect(line()).toMatch(/ 0\/2$/);
      progress.makeRoom();
      expect(line()).toBe('');
      progress.advance();
      expect(line()).toMatch(/ 1\/2, /);
    };
    await withProgress(2, work, terminal);
    expect(line()).toBe('');
  });

  it('is not drawn anew for each of many answers that go elsewhere', async () => {
    const { written, ...terminal } = screen({ showsAnswers: false });
    const work = async (progress: ProgressBar) => {
      for (let i = 0; i < 1_000; i++) {
        progress.makeRoom();
        progress.advance();
      }
    };
    await withProgress(1_000, work, terminal);
    expect(written.length).toBeLessThan(20);
  });

  it('goes away when the work fails', async () => {
    const { line, ...terminal } = screen();
    const work = withProgress(1, () => Promise.reject(new Error('work')), terminal);
    await expect(work).rejects.toThrow('work');
    expect(line()).toBe('');
  });

  it('is not drawn where there is no terminal', async () => {
    const { written, ...terminal } = screen({ isTTY: false });
    await withProgress(1, async ({ advance }) => advance(), terminal);
    expect(written).toEqual([]);
  });
});

describe('the count line', () => {
  const counted = async (isTTY: boolean) => {
    const written: string[] = [];
    const terminal = { isTTY, write: (text: string) => written.push(text) > 0 };
    const result = await withCountLine(
      'Images compared',
      async (show) => {
        show(7);
        show(8);
        return 'done';
      },
      terminal,
    );
    return { result, text: written.join('') };
  };

  it('shows a growing number, not at every step, and leaves the line empty', async () => {
    expect(await counted(true)).toEqual({ result: 'done', text: '\r\u001b[2KImages compared: 7\r\u001b[2K' });
  });

  it('shows nothing where there is no terminal', async () => {
    expect(await counted(false)).toEqual({ result: 'done', text: '' });
  });
});

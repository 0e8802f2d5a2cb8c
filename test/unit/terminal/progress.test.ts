import { describe, expect, it } from 'vitest';
import { outputTo } from '../../../functions/terminal/output.ts';
import { progressText, withCount, withProgress } from '../../../functions/terminal/progress.ts';
import { file, screen } from './screen.ts';

const EMPTY_BAR = `[${'-'.repeat(24)}]`;

describe('the progress bar', () => {
  it('shows how much is done, and how fast', () => {
    expect(progressText(0, 8, 0)).toBe('[------------------------] 0/8');
    expect(progressText(2, 8, 4)).toBe('[######------------------] 2/8, 0.5 a second');
    expect(progressText(8, 8, 4)).toBe('[########################] 8/8, 2.0 a second');
    expect(progressText(0, 0, 0)).toBe('[------------------------] 0/0');
  });

  it('stands below each answer and each remark, and is gone at the end', async () => {
    const { stream, lines } = screen();
    const output = outputTo(stream, stream);
    await withProgress(
      2,
      async ({ advance }) => {
        expect(await lines()).toEqual([`${EMPTY_BAR} 0/2`]);
        await output.line('an answer');
        expect(await lines()).toEqual(['an answer', `${EMPTY_BAR} 0/2`]);
        advance();
        output.remark('a remark');
        expect(await lines()).toEqual([
          'an answer',
          'a remark',
          expect.stringMatching(/^\[#{12}-{12}\] 1\/2, /),
        ]);
      },
      { terminal: stream },
    );
    await output.line('the end');
    expect(await lines()).toEqual(['an answer', 'a remark', 'the end']);
  });

  it('leaves nothing behind where it is wider than the terminal', async () => {
    const { stream, lines } = screen({ columns: 20 });
    const output = outputTo(stream, stream);
    let milliseconds = 0;
    await withProgress(
      3,
      async ({ advance }) => {
        for (let i = 1; i <= 3; i++) {
          milliseconds += 1000;
          advance();
          await output.line(`answer ${i}`);
        }
        expect((await lines()).slice(0, 3)).toEqual(['answer 1', 'answer 2', 'answer 3']);
        expect((await lines()).slice(3).join('')).toBe(`[${'#'.repeat(24)}] 3/3, 1.0 a second`);
      },
      { terminal: stream, now: () => milliseconds },
    );
    expect(await lines()).toEqual(['answer 1', 'answer 2', 'answer 3']);
  });

  it('stays where it is while answers go elsewhere, and is not drawn anew for each of many', async () => {
    const terminal = screen();
    const answers = file();
    const output = outputTo(answers.stream, terminal.stream);
    await withProgress(
      1_000,
      async ({ advance }) => {
        for (let i = 0; i < 1_000; i++) {
          await output.line('answer');
          advance();
        }
      },
      { terminal: terminal.stream },
    );
    expect(answers.written).toHaveLength(1_000);
    expect(terminal.written.length).toBeLessThan(20);
  });

  it('goes away when the work fails', async () => {
    const { stream, lines } = screen();
    const work = withProgress(1, () => Promise.reject(new Error('work')), { terminal: stream });
    await expect(work).rejects.toThrow('work');
    expect(await lines()).toEqual([]);
  });

  it('is not drawn where there is no terminal', async () => {
    const { stream, written } = file();
    await withProgress(1, async ({ advance }) => advance(), { terminal: stream });
    expect(written).toEqual([]);
  });
});

describe('the growing number', () => {
  it('is shown, not at every step, and leaves the line empty', async () => {
    const { stream, lines } = screen();
    let milliseconds = 0;
    const result = await withCount(
      'Images compared',
      async (show) => {
        show(7);
        show(8);
        expect(await lines()).toEqual(['Images compared: 7']);
        milliseconds += 100;
        show(9);
        expect(await lines()).toEqual(['Images compared: 9']);
        return 'done';
      },
      { terminal: stream, now: () => milliseconds },
    );
    expect(result).toBe('done');
    expect(await lines()).toEqual([]);
  });

  it('comes back when another one that was shown meanwhile is gone', async () => {
    const { stream, lines } = screen();
    let milliseconds = 0;
    await withCount(
      'Outer',
      async (show) => {
        show(1);
        const inner = async (showInner: (count: number) => void) => {
          showInner(2);
          milliseconds += 100;
          show(3);
          expect(await lines()).toEqual(['Inner: 2']);
        };
        await withCount('Inner', inner, { terminal: stream, now: () => milliseconds });
        expect(await lines()).toEqual(['Outer: 3']);
      },
      { terminal: stream, now: () => milliseconds },
    );
    expect(await lines()).toEqual([]);
  });

  it('is not shown where there is no terminal', async () => {
    const { stream, written } = file();
    expect(await withCount('Images', async (show) => show(7), { terminal: stream })).toBeUndefined();
    expect(written).toEqual([]);
  });
});

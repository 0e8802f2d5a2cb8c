import { describe, expect, it } from 'vitest';
import { explain, UsageError } from '../../../functions/terminal/exit-code.ts';
import { outputTo } from '../../../functions/terminal/output.ts';

function written(stderr: { isTTY?: boolean; columns?: number }, text: string): string {
  const parts: string[] = [];
  const write = (part: string | Uint8Array) => parts.push(String(part)) > 0;
  outputTo(
    { isTTY: false, write, once: () => process.stdout },
    { ...stderr, isTTY: stderr.isTTY ?? false, write },
  ).fault(text);
  return parts.join('');
}

const LONG = 'cliptag start: expected a folder that can be written but received /a/b';

describe('what is said on stderr', () => {
  it('is broken at spaces where a terminal shows it', () => {
    const lines = written({ isTTY: true, columns: 30 }, LONG).trimEnd().split('\n');
    expect(lines.every((line) => line.length <= 30)).toBe(true);
    expect(lines.join(' ')).toBe(LONG);
  });

  it.each([[{}], [{ columns: 30 }]])('is never broken where a program reads it, %j', (stderr) => {
    expect(written(stderr, LONG)).toBe(`${LONG}\n`);
  });

  it('is broken at 80 cells where a terminal does not say how wide it is', () => {
    expect(written({ isTTY: true, columns: 0 }, `${LONG} ${LONG}`)).toBe(`${LONG}\n${LONG}\n`);
  });
});

describe('an error of usage', () => {
  it('has each command on a line of its own', () => {
    const fault = new UsageError(['one', 'two. Made by:'], ['export A=1', 'export B=2']);
    expect(explain(fault)).toBe('one; two. Made by:\n  export A=1\n  export B=2');
  });
});

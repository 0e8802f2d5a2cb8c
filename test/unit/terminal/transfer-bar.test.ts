import { describe, expect, it } from 'vitest';
import { transferBar, transferText } from '../../../functions/terminal/transfer-bar.ts';

function shown(isTTY: boolean) {
  const written: string[] = [];
  let milliseconds = 0;
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  const bar = transferBar({ isTTY, write }, () => milliseconds);
  return {
    bar,
    written,
    pass: (passed: number) => {
      milliseconds += passed;
    },
  };
}

describe('the bar of a download', () => {
  it.each([
    [{ doneBytes: 4e6, totalBytes: 8e6, newBytes: 9e5, seconds: 9 }, /^\[#{12}-{12}\] 4\.0 MB of 8\.0 MB$/],
    [{ doneBytes: 0, totalBytes: 8e6, newBytes: 0, seconds: 0 }, /^\[-{24}\] 0\.0 MB of 8\.0 MB$/],
    [
      { doneBytes: 4e6, totalBytes: 8e6, newBytes: 1e6, seconds: 2 },
      /^\[#{12}-{12}\] 4\.0 MB of 8\.0 MB, 0\.5 MB\/s, 0:08 left$/,
    ],
    [{ doneBytes: 1e6, totalBytes: 9001e6, newBytes: 1e6, seconds: 1 }, / 2:30:00 left$/],
    [{ doneBytes: 9e6, totalBytes: 8e6, newBytes: 9e6, seconds: 1 }, /^\[#{24}\] .* 0:00 left$/],
  ])('tells bytes, speed and the time that is left: %j', (transfer, text) => {
    expect(transferText(transfer)).toMatch(text);
  });

  it('counts only new bytes for the speed, and makes room for notes', () => {
    const { bar, written, pass } = shown(true);
    bar.plan(10e6, 5e6);
    pass(1000);
    bar.position('a', 6e6);
    bar.note('note');
    expect(written).toEqual([
      '\r\x1b[2K[##############----------] 6.0 MB of 10.0 MB, 1.0 MB/s, 0:04 left  a',
      '\r\x1b[2K',
      'note\n',
    ]);
  });

  it('is a line now and then where there is no terminal', () => {
    const { bar, written, pass } = shown(false);
    bar.plan(10e6, 0);
    for (let second = 1; second <= 25; second++) {
      pass(1000);
      bar.position('a', second * 1e5);
    }
    expect(written).toHaveLength(2);
    expect(written[0]).toMatch(/^\[##-+\] 1\.0 MB of 10\.0 MB, 0\.1 MB\/s, 1:30 left {2}a\n$/);
  });
});

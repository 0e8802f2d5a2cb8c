import { describe, expect, it } from 'vitest';
import { outputTo } from '../../../functions/terminal/output.ts';
import { transferText, withTransfer } from '../../../functions/terminal/transfer.ts';
import { file, screen } from './screen.ts';

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

  it('counts only new bytes for the speed, and makes room for remarks', async () => {
    const { stream, lines } = screen({ columns: 80 });
    const output = outputTo(stream, stream);
    let milliseconds = 0;
    await withTransfer(
      async ({ plan, position }) => {
        plan(10e6, 5e6);
        milliseconds += 1000;
        position('a', 6e6);
        output.remark('note');
        expect(await lines()).toEqual([
          'note',
          '[##############----------] 6.0 MB of 10.0 MB, 1.0 MB/s, 0:04 left  a',
        ]);
      },
      { terminal: stream, now: () => milliseconds },
    );
    expect(await lines()).toEqual(['note']);
  });

  it('is a line now and then where there is no terminal', async () => {
    const { stream, written } = file();
    let milliseconds = 0;
    await withTransfer(
      async ({ plan, position }) => {
        plan(10e6, 0);
        for (let second = 1; second <= 25; second++) {
          milliseconds += 1000;
          position('a', second * 1e5);
        }
      },
      { terminal: stream, now: () => milliseconds },
    );
    expect(written).toHaveLength(2);
    expect(written[0]).toMatch(/^\[##-+\] 1\.0 MB of 10\.0 MB, 0\.1 MB\/s, 1:30 left {2}a\n$/);
  });
});

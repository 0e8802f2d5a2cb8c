/** Drawn no more often than this: more is flicker. */
const REDRAW_MILLISECONDS = 100;
const CLEAR_LINE = '\r\x1b[2K';

type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

/** Shows a growing number on the terminal's last line while the work goes on; where there is no terminal, nothing. */
export async function withCountLine<Result>(
  what: string,
  work: (show: (count: number) => void) => Promise<Result>,
  terminal: Terminal = process.stderr,
): Promise<Result> {
  if (!terminal.isTTY) return work(() => {});
  let drawnAt = Number.NEGATIVE_INFINITY;
  const show = (count: number) => {
    const now = performance.now();
    if (now - drawnAt < REDRAW_MILLISECONDS) return;
    terminal.write(`${CLEAR_LINE}${what}: ${count}`);
    drawnAt = now;
  };
  try {
    return await work(show);
  } finally {
    terminal.write(CLEAR_LINE);
  }
}

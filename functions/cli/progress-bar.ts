/** Drawn no more often than this: more is flicker. */
const REDRAW_MILLISECONDS = 100;
const BAR_CELLS = 24;
const CLEAR_LINE = '\r\x1b[2K';

export interface ProgressBar {
  /** Takes the bar away, so that a line can be printed in its place. */
  hide(): void;
  /** Counts one more as done and draws the bar again. */
  advance(): void;
}

type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

/** Shows a bar on the terminal's last line while the work goes on; where there is no terminal, nothing. */
export async function withProgress<Result>(
  total: number,
  work: (progress: ProgressBar) => Promise<Result>,
  terminal: Terminal = process.stderr,
): Promise<Result> {
  const progress = terminal.isTTY ? progressBar(total, terminal) : { hide: () => {}, advance: () => {} };
  try {
    return await work(progress);
  } finally {
    progress.hide();
  }
}

function progressBar(total: number, terminal: Terminal): ProgressBar {
  const startedAt = performance.now();
  let done = 0;
  let isShown = false;
  let drawnAt = Number.NEGATIVE_INFINITY;

  function draw(): void {
    const now = performance.now();
    if (isShown && now - drawnAt < REDRAW_MILLISECONDS) return;
    terminal.write(CLEAR_LINE + barText(done, total, (now - startedAt) / 1000));
    isShown = true;
    drawnAt = now;
  }

  draw();
  return {
    hide: () => {
      if (isShown) terminal.write(CLEAR_LINE);
      isShown = false;
    },
    advance: () => {
      done += 1;
      draw();
    },
  };
}

/** The bar with its numbers, e.g. `[######------] 12/24, 8.0 a second`. */
export function barText(done: number, total: number, seconds: number): string {
  const filled = Math.floor((BAR_CELLS * done) / Math.max(1, total));
  const rate = done > 0 && seconds > 0 ? `, ${(done / seconds).toFixed(1)} a second` : '';
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_CELLS - filled)}] ${done}/${total}${rate}`;
}

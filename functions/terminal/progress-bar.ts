/** Drawn no more often than this: more is flicker. */
const REDRAW_MILLISECONDS = 100;
const BAR_CELLS = 24;
const CLEAR_LINE = '\r\x1b[2K';

export interface ProgressBar {
  /** Makes room for a line of the answer, where that goes to the terminal too. */
  makeRoom(): void;
  /** Counts one more as done. */
  advance(): void;
}

/** Where the bar is drawn, and whether the answer is printed there as well. */
export interface Screen {
  readonly terminal: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;
  readonly showsAnswers: boolean;
}

/** Shows a bar on the terminal's last line while the work goes on; where there is no terminal, nothing. */
export async function withProgress<Result>(
  total: number,
  work: (progress: ProgressBar) => Promise<Result>,
  screen: Screen = { terminal: process.stderr, showsAnswers: process.stdout.isTTY },
): Promise<Result> {
  if (!screen.terminal.isTTY) return work({ makeRoom: () => {}, advance: () => {} });
  const bar = drawnBar(total, screen);
  try {
    return await work(bar);
  } finally {
    bar.clear();
  }
}

function drawnBar(total: number, { terminal, showsAnswers }: Screen): ProgressBar & { clear(): void } {
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

  function clear(): void {
    if (isShown) terminal.write(CLEAR_LINE);
    isShown = false;
  }

  draw();
  return {
    clear,
    makeRoom: showsAnswers ? clear : () => {},
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

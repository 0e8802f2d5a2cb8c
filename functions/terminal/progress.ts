import { type LiveLineOptions, withLiveLine } from './live-line.ts';

const BAR_CELLS = 24;

export interface Progress {
  /** Counts one more as done. */
  advance(): void;
}

/** Shows a bar on the terminal's last line while the work goes on; where there is no terminal, nothing. */
export function withProgress<Result>(
  total: number,
  work: (progress: Progress) => Promise<Result>,
  options: LiveLineOptions = {},
): Promise<Result> {
  const { now = () => performance.now() } = options;
  return withLiveLine((show) => {
    const startedAt = now();
    let done = 0;
    show(progressText(done, total, 0));
    const advance = () => {
      done += 1;
      show(progressText(done, total, (now() - startedAt) / 1000));
    };
    return work({ advance });
  }, options);
}

/** Shows a growing number on the terminal's last line while the work goes on; where there is no terminal, nothing. */
export function withCount<Result>(
  what: string,
  work: (show: (count: number) => void) => Promise<Result>,
  options: LiveLineOptions = {},
): Promise<Result> {
  return withLiveLine((show) => work((count) => show(`${what}: ${count}`)), options);
}

/** The bar with its numbers, e.g. `[######------] 12/24, 8.0 a second`. */
export function progressText(done: number, total: number, seconds: number): string {
  const rate = done > 0 && seconds > 0 ? `, ${(done / seconds).toFixed(1)} a second` : '';
  return `${bar(done, total)} ${done}/${total}${rate}`;
}

/** E.g. `[######------------------]`. */
export function bar(done: number, total: number): string {
  const filled = Math.min(BAR_CELLS, Math.floor((BAR_CELLS * done) / Math.max(1, total)));
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_CELLS - filled)}]`;
}

import { type LiveLineOptions, withLiveLine } from './live-line.ts';
import { bar } from './progress.ts';

/** Time between lines where there is no terminal: enough to see in a log that the download goes on. */
const LOG_MILLISECONDS = 10_000;
/** Fewer bytes tell how long requests take, not how fast bytes come. */
const ESTIMATED_FROM_BYTES = 1e6;

export interface Transfer {
  /** All bytes that are to come, and those that are there already. */
  plan(totalBytes: number, presentBytes: number): void;
  /** How far a file is; may go back. */
  position(file: string, bytes: number): void;
}

/** Shows how a download goes: a bar on the terminal's last line; where there is no terminal, a line now and then. */
export function withTransfer<Result>(
  work: (transfer: Transfer) => Promise<Result>,
  { terminal = process.stderr, now = () => performance.now() }: Omit<LiveLineOptions, 'elsewhere'> = {},
): Promise<Result> {
  let loggedAt = now();
  const elsewhere = (text: string) => {
    if (now() - loggedAt < LOG_MILLISECONDS) return;
    loggedAt = now();
    terminal.write(`${text}\n`);
  };
  return withLiveLine((show) => work(shownTransfer(show, now)), { terminal, now, elsewhere });
}

function shownTransfer(show: (text: string) => void, now: () => number): Transfer {
  const positions = new Map<string, number>();
  let [totalBytes, startBytes, startedAt] = [0, 0, now()];
  return {
    plan: (total, present) => {
      [totalBytes, startBytes, startedAt] = [total, present, now()];
    },
    position: (file, bytes) => {
      positions.set(file, bytes);
      const doneBytes = [...positions.values()].reduce((sum, one) => sum + one, 0);
      const seconds = (now() - startedAt) / 1000;
      show(`${transferText({ doneBytes, totalBytes, newBytes: doneBytes - startBytes, seconds })}  ${file}`);
    },
  };
}

interface TransferState {
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** The part of `doneBytes` that came in `seconds`. */
  readonly newBytes: number;
  readonly seconds: number;
}

/** E.g. `[######------------------] 151.0 MB of 605.2 MB, 24.8 MB/s, 0:19 left`. */
export function transferText({ doneBytes, totalBytes, newBytes, seconds }: TransferState): string {
  const sizes = `${bar(doneBytes, totalBytes)} ${megabytes(doneBytes)} of ${megabytes(totalBytes)}`;
  if (newBytes < ESTIMATED_FROM_BYTES || seconds <= 0) return sizes;
  const bytesPerSecond = newBytes / seconds;
  const left = Math.max(0, totalBytes - doneBytes) / bytesPerSecond;
  return `${sizes}, ${megabytes(bytesPerSecond)}/s, ${clock(left)} left`;
}

/** A file's size, small or large. */
export function sizeText(bytes: number): string {
  return bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : megabytes(bytes);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

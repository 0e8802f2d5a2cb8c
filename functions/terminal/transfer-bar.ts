/** Drawn no more often than this: more is flicker. */
const REDRAW_MILLISECONDS = 100;
/** Where nobody watches, a line now and then is enough to see that it lives. */
const LOG_MILLISECONDS = 10_000;
/** Fewer tell how long requests take, not how fast bytes come. */
const ESTIMATED_FROM_BYTES = 1e6;
const BAR_CELLS = 24;
const CLEAR_LINE = '\r\x1b[2K';

export interface TransferBar {
  /** All bytes that are to come, and those that are there already. */
  plan(totalBytes: number, presentBytes: number): void;
  /** How far a file is; may go back. */
  position(file: string, bytes: number): void;
  /** A line above the bar. */
  note(text: string): void;
  clear(): void;
}

/** Shows how a download goes: a bar on a terminal's last line, else a line now and then. */
export function transferBar(
  terminal: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
  now: () => number = () => performance.now(),
): TransferBar {
  const positions = new Map<string, number>();
  let [totalBytes, startBytes, startedAt, drawnAt] = [0, 0, now(), now()];
  let isShown = false;

  function draw(file: string): void {
    const every = terminal.isTTY ? REDRAW_MILLISECONDS : LOG_MILLISECONDS;
    if (now() - drawnAt < every) return;
    drawnAt = now();
    const doneBytes = [...positions.values()].reduce((sum, bytes) => sum + bytes, 0);
    const seconds = (drawnAt - startedAt) / 1000;
    const text = transferText({ doneBytes, totalBytes, newBytes: doneBytes - startBytes, seconds });
    terminal.write(terminal.isTTY ? `${CLEAR_LINE}${text}  ${file}` : `${text}  ${file}\n`);
    isShown = terminal.isTTY;
  }

  function clear(): void {
    if (isShown) terminal.write(CLEAR_LINE);
    isShown = false;
  }

  return {
    clear,
    plan: (total, present) => {
      [totalBytes, startBytes, startedAt] = [total, present, now()];
    },
    position: (file, bytes) => {
      positions.set(file, bytes);
      draw(file);
    },
    note: (text) => {
      clear();
      terminal.write(`${text}\n`);
    },
  };
}

interface Transfer {
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Of `doneBytes` those that came in `seconds`. */
  readonly newBytes: number;
  readonly seconds: number;
}

/** E.g. `[######------------------] 151.0 MB of 605.2 MB, 24.8 MB/s, 0:19 left`. */
export function transferText({ doneBytes, totalBytes, newBytes, seconds }: Transfer): string {
  const filled = Math.min(BAR_CELLS, Math.floor((BAR_CELLS * doneBytes) / Math.max(1, totalBytes)));
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR_CELLS - filled)}]`;
  const sizes = `${megabytes(doneBytes)} of ${megabytes(totalBytes)}`;
  if (newBytes < ESTIMATED_FROM_BYTES || seconds <= 0) return `${bar} ${sizes}`;
  const bytesPerSecond = newBytes / seconds;
  const left = Math.max(0, totalBytes - doneBytes) / bytesPerSecond;
  return `${bar} ${sizes}, ${megabytes(bytesPerSecond)}/s, ${clock(left)} left`;
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

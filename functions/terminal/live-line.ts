/** Drawn no more often than this: more is flicker. */
const REDRAW_MILLISECONDS = 100;

/** Shows a text on the live line; with `undefined` there is none for now. */
export type Show = (text: string | undefined) => void;

/** Where a live line is drawn. */
export type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

export interface LiveLineOptions {
  /** @default stderr: stdout may be the input of another program */
  readonly terminal?: Terminal;
  /** Takes the texts instead where there is no terminal. @default they go nowhere */
  readonly elsewhere?: (text: string) => void;
  /** A clock, in milliseconds. */
  readonly now?: () => number;
}

interface DrawnLine {
  draw(): void;
  clear(): void;
}

/** The line that is drawn now. There is one terminal, so there is one at most. */
let drawn: DrawnLine | undefined;

/** Whether nobody wants to see any. */
let isHushed = false;

/** Shows no live line while the work goes on, and has nothing written elsewhere instead. */
export async function withoutLiveLines<Result>(work: () => Promise<Result>): Promise<Result> {
  isHushed = true;
  try {
    return await work();
  } finally {
    isHushed = false;
  }
}

/**
 * Shows one line below all others while the work goes on, and takes it away in the end. Whatever else is written to
 * the terminal meanwhile goes through {@link aboveLiveLine}.
 */
export async function withLiveLine<Result>(
  work: (show: Show) => Promise<Result>,
  { terminal = process.stderr, elsewhere = () => {}, now = () => performance.now() }: LiveLineOptions = {},
): Promise<Result> {
  if (isHushed) return work(() => {});
  if (!terminal.isTTY) return work((text) => text !== undefined && elsewhere(text));
  const line = await liveLine(terminal, now);
  const outer = drawn;
  outer?.clear();
  drawn = line;
  try {
    return await work(line.show);
  } finally {
    line.clear();
    drawn = outer;
    outer?.draw();
  }
}

/** Writes to the terminal while a live line may be shown there: it steps aside and is drawn again below. */
export function aboveLiveLine<Result>(write: () => Result): Result {
  drawn?.clear();
  try {
    return write();
  } finally {
    drawn?.draw();
  }
}

async function liveLine(terminal: Terminal, now: () => number): Promise<DrawnLine & { readonly show: Show }> {
  // Loaded only now: most runs draw nothing.
  const { createLogUpdate } = await import('log-update');
  // The cursor stays: a program that is killed could not bring it back.
  const update = createLogUpdate(terminal as NodeJS.WriteStream, { showCursor: true });
  let text: string | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;

  function draw(): void {
    if (text === undefined) return;
    update(text);
    drawnAt = now();
  }

  const line = {
    draw,
    clear: () => update.clear(),
    show: (newText: string | undefined) => {
      text = newText;
      if (text === undefined) line.clear();
      else if (drawn === line && now() - drawnAt >= REDRAW_MILLISECONDS) draw();
    },
  };
  return line;
}

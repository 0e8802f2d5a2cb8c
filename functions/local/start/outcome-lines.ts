/** Prints what became of each picture. */
export interface OutcomeLines {
  take(line: string): void;
  /** Says how many lines were left out, once the burst is over. */
  look(): void;
}

export interface OutcomeLinesOptions {
  readonly print: (line: string) => void;
  /** Whether a live line tells the rest; else every line is printed. */
  readonly isLive: () => boolean;
  /** In milliseconds. */
  readonly now?: () => number;
}

/** More in a second nobody reads. */
const LINES_A_SECOND = 5;

/** Where thousands of pictures come at once a terminal shows the first ones of each second, and how many there were besides. */
export function outcomeLines({
  print,
  isLive,
  now = () => performance.now(),
}: OutcomeLinesOptions): OutcomeLines {
  let secondBegan = Number.NEGATIVE_INFINITY;
  let printed = 0;
  let leftOut = 0;

  function beginSecond(): void {
    if (now() - secondBegan < 1_000) return;
    secondBegan = now();
    printed = 0;
  }

  function look(): void {
    beginSecond();
    if (leftOut === 0 || printed > 0) return;
    print(`… and ${leftOut} more`);
    leftOut = 0;
  }

  return {
    take(line) {
      if (!isLive()) return print(line);
      look();
      if (printed === LINES_A_SECOND) {
        leftOut += 1;
        return;
      }
      printed += 1;
      print(line);
    },
    look,
  };
}

import type { Cast } from './cast.ts';
import { type Row, screensOf } from './screens.ts';
import { timelineOf } from './timeline.ts';

/** What stands in a row of a terminal from a time of the film to another. */
export interface Shot {
  readonly terminal: number;
  readonly row: number;
  readonly content: Row;
  readonly from: number;
  readonly to: number;
  /** Whether it is to be seen in the still picture. */
  readonly isStill: boolean;
}

export interface Film {
  readonly seconds: number;
  readonly terminals: ReadonlyArray<Pick<Cast, 'title' | 'columns' | 'rows'>>;
  readonly shots: readonly Shot[];
}

/** What terminals have shown side by side, as a film of some seconds; it stands still where the last mark is. */
export async function filmOf(casts: readonly Cast[], seconds: number): Promise<Film> {
  const screens = await Promise.all(casts.map(screensOf));
  const changes = screens.flatMap((all) => all.map((screen) => screen.seconds));
  const marks = casts.flatMap(({ events }) =>
    events.filter(({ kind }) => kind === 'mark').map((event) => event.seconds),
  );
  const timeline = timelineOf(changes, seconds);
  const still = timeline.at(Math.max(0, ...marks));
  const shots = screens.flatMap((all, terminal) => {
    const times = all.map((screen) => timeline.at(screen.seconds));
    return (casts[terminal] ? Array.from({ length: casts[terminal].rows }, (_, row) => row) : []).flatMap(
      (row) =>
        shotsOf(
          all.map((screen, i) => ({ content: screen.rows[row], from: times[i] ?? 0 })),
          seconds,
        ).map((shot) => ({ ...shot, terminal, row, isStill: shot.from <= still && still < shot.to })),
    );
  });
  return { seconds, terminals: casts, shots };
}

/** Contents of one row, each with the time at which it ends; empty ones are left out. */
function shotsOf(
  contents: ReadonlyArray<{ readonly content: Row | undefined; readonly from: number }>,
  seconds: number,
): ReadonlyArray<Pick<Shot, 'content' | 'from' | 'to'>> {
  const changed = contents.filter(
    ({ content }, i) => i === 0 || JSON.stringify(content) !== JSON.stringify(contents[i - 1]?.content),
  );
  return changed.flatMap(({ content, from }, i) => {
    const to = changed[i + 1]?.from ?? seconds;
    const isEmpty = !content || (content.runs.length === 0 && content.cursor === undefined);
    return isEmpty || to <= from ? [] : [{ content, from, to }];
  });
}

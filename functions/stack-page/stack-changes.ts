import type { ApiImage, SearchAnswerBody } from '../api/contract.ts';
import type { PageHost } from '../local/page-host/page-host.ts';

export interface StackChangesOptions {
  readonly page: Pick<PageHost, 'tell' | 'isHeard'>;
  /** The newest images, with counts over all of them. */
  readonly newest: () => Promise<SearchAnswerBody>;
  /** Between two looks. @default 5 seconds */
  readonly intervalMilliseconds?: number | undefined;
}

const INTERVAL_MILLISECONDS = 5_000;

/**
 * Tells open pages what has changed in a stack, which tells nobody by itself: looks at the newest images and at the counts of all,
 * now and then, and not at all while no page is open.
 */
export function followStack({
  page,
  newest,
  intervalMilliseconds = INTERVAL_MILLISECONDS,
}: StackChangesOptions): { close(): void } {
  let known: Look | undefined;
  let timer: ReturnType<typeof setTimeout>;
  let isClosed = false;
  const look = async () => {
    if (!page.isHeard()) {
      known = undefined;
      return;
    }
    // What goes wrong the page is told by its own requests.
    const answer = await newest().catch(() => undefined);
    if (answer === undefined || isClosed) return;
    if (known) tellChanges(page, known, answer);
    known = lookOf(answer, known);
  };
  const again = () => {
    // A page that opens is to be followed from its first moments on.
    timer = setTimeout(() => void look().then(again), known ? intervalMilliseconds : 500);
    timer.unref();
    if (isClosed) clearTimeout(timer);
  };
  again();
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** What a look has found. */
interface Look {
  /** The newest images as they stood, by their names. */
  readonly images: ReadonlyMap<string, string>;
  /** When the last record of all that were seen was written. */
  readonly latest: string;
  readonly total: number;
  readonly counts: string;
}

const nameOf = ({ bucket, key }: ApiImage) => JSON.stringify([bucket, key]);

function lookOf({ images, total, facets }: SearchAnswerBody, before?: Look): Look {
  const times = [before?.latest ?? '', ...images.map(({ recordedAt }) => recordedAt)];
  return {
    images: new Map(images.map((image) => [nameOf(image), JSON.stringify(image)])),
    latest: times.reduce((latest, time) => (time > latest ? time : latest)),
    total,
    counts: JSON.stringify(facets),
  };
}

/**
 * Images are by the time of their exposure, so that one of long ago is not among the newest when it comes: it is counted. One that
 * moves up into the place of a deleted one is not new.
 */
function tellChanges(page: StackChangesOptions['page'], before: Look, answer: SearchAnswerBody): void {
  const { images, total, facets } = answer;
  const isNew = (image: ApiImage) => !before.images.has(nameOf(image)) && image.recordedAt > before.latest;
  const changed = images.filter((image) => {
    const stood = before.images.get(nameOf(image));
    return stood === undefined ? isNew(image) : stood !== JSON.stringify(image);
  });
  for (const image of changed) page.tell('image', () => image);
  const added = Math.max(0, total - before.total - changed.filter(isNew).length);
  if (added > 0 || total !== before.total || JSON.stringify(facets) !== before.counts) {
    page.tell('collection', () => ({ added }));
  }
}

import pLimit from 'p-limit';
import { fileAt, isSame, type ScannedFile } from './folder-scan.ts';

/** Files that may have changed, until they have stayed as they are for a while and were taken over. */
export interface SettlingFiles {
  /** Says that a file may have come, changed or gone. */
  mark(path: string): void;
  /** Whether a file has been marked, and not been taken over since. */
  has(path: string): boolean;
  /** Forgets all that are marked. */
  clear(): void;
  /** Looks at those that are marked. Those that have settled are taken over from now on. */
  pulse(): Promise<void>;
  /** Resolves once no file is taken over any more. */
  ended(): Promise<void>;
}

export interface SettlingFilesOptions {
  readonly absolute: (path: string) => string;
  readonly settleMilliseconds: number;
  /**
   * Takes over one file as it is now; never two times at once for one path.
   *
   * @param file undefined where there is none any more
   * @returns whether that is all for now; else it is marked anew
   */
  readonly takeOver: (path: string, file: ScannedFile | undefined) => Promise<boolean>;
  readonly onFault: (path: string, error: unknown) => void;
  /** Whether nothing more is to be taken over. */
  readonly isHalted: () => boolean;
}

/** How a file was when it was looked at; `undefined`: there is none. */
interface Sighting {
  readonly file: ScannedFile | undefined;
  readonly since: number;
}

/** Looks are quick. */
const LOOKS_AT_ONCE = 16;
/** Reading more at once makes a spinning disk slower. */
const READ_AT_ONCE = 4;
/** From here on a file is large, which pictures are rarely: others do not wait for it. */
const LARGE_BYTES = 32 * 1024 * 1024;
const LARGE_AT_ONCE = 2;

/** Milliseconds since a time. A clock that is set back by hours must not have files wait for hours. */
export function passedSince(time: number): number {
  return Math.abs(Date.now() - time);
}

export function settlingFiles(options: SettlingFilesOptions): SettlingFiles {
  const { absolute, settleMilliseconds, takeOver, onFault, isHalted } = options;
  const marked = new Map<string, Sighting | undefined>();
  const busy = new Map<string, Promise<void>>();
  const whenSeen = pLimit(LOOKS_AT_ONCE);
  const whenFree = pLimit(READ_AT_ONCE);
  const whenLargeIsFree = pLimit(LARGE_AT_ONCE);

  function mark(path: string): void {
    if (!marked.has(path)) marked.set(path, undefined);
  }

  async function look(path: string): Promise<void> {
    if (isHalted() || busy.has(path)) return;
    const file = await fileAt(absolute(path));
    if (!marked.has(path)) return;
    const before = marked.get(path);
    if (!before || !isSame(before.file, file)) marked.set(path, { file, since: Date.now() });
    else if (passedSince(before.since) >= settleMilliseconds) begin(path, file);
  }

  function begin(path: string, file: ScannedFile | undefined): void {
    // Before it is read: what happens to it meanwhile marks it anew.
    marked.delete(path);
    const inTurn = (file?.sizeBytes ?? 0) >= LARGE_BYTES ? whenLargeIsFree : whenFree;
    const task = async () => {
      if (isHalted()) return;
      const isAsSeen = isSame(file, await fileAt(absolute(path)));
      if (!isAsSeen || !(await takeOver(path, file))) mark(path);
    };
    const done = inTurn(task)
      .catch((error: unknown) => fault(path, error))
      .finally(() => busy.delete(path));
    busy.set(path, done);
  }

  function fault(path: string, error: unknown): void {
    marked.delete(path);
    if (!isHalted()) onFault(path, error);
  }

  return {
    mark,
    has: (path) => marked.has(path) || busy.has(path),
    clear: () => marked.clear(),
    async pulse() {
      const looks = [...marked.keys()].map((path) =>
        whenSeen(() => look(path).catch((error: unknown) => fault(path, error))),
      );
      await Promise.all(looks);
    },
    async ended() {
      await Promise.all(busy.values());
    },
  };
}

import type { ScannableTable } from '../../core/records/tag-table.ts';
import { retag } from '../../core/retag/retag.ts';
import type { LiveLabelSets } from './live-label-sets.ts';

/** How far a retag is that was ordered here, or how the last one ended. */
export interface RetagProgress {
  readonly state: 'running' | 'done' | 'failed';
  /** Pictures that it has compared so far. */
  readonly images: number;
  /** Pictures that got other tags; known at the end. */
  readonly changed?: number | undefined;
  readonly fault?: string | undefined;
}

export interface LocalRetag {
  /** Begins one, unless one is running. */
  start(): RetagProgress;
  /** None before the first one. */
  progress(): RetagProgress | undefined;
  onProgress(listener: (progress: RetagProgress) => void): void;
  /** Stops it; what is done stays done. */
  close(): Promise<void>;
}

export interface LocalRetagParts {
  readonly table: ScannableTable;
  readonly labelSets: Pick<LiveLabelSets, 'modelDigest' | 'now'>;
  /** Tagged images whose tags come from other label sets than these of the moment. */
  readonly countOthers: () => Promise<number>;
  readonly now?: () => Date;
}

/** A picture that was in work when label sets changed is written after the table was read there: another run finds it. */
const MAXIMUM_RUNS = 5;

/**
 * Retags the pipeline's own table with the label sets of the moment, beside uploads. Each image gets its tags from the label sets of
 * one moment; where they change meanwhile, all images are gone through again.
 */
export function localRetag({
  table,
  labelSets,
  countOthers,
  now = () => new Date(),
}: LocalRetagParts): LocalRetag {
  const listeners = new Set<(progress: RetagProgress) => void>();
  const ending = new AbortController();
  let progress: RetagProgress | undefined;
  let running: Promise<void> = Promise.resolve();

  function set(next: RetagProgress): RetagProgress {
    progress = next;
    for (const listener of listeners) listener(next);
    return next;
  }

  async function runOnce(): Promise<number> {
    const retagger = {
      ...{ table, now, modelDigest: labelSets.modelDigest },
      get classifiers() {
        return labelSets.now().classifiers;
      },
      onProgress(images: number) {
        ending.signal.throwIfAborted();
        set({ state: 'running', images });
      },
    };
    return (await retag(retagger)).changed;
  }

  async function run(): Promise<void> {
    try {
      let changed = 0;
      for (let runs = 0; runs < MAXIMUM_RUNS; runs++) {
        const used = labelSets.now();
        changed += await runOnce();
        if (used === labelSets.now() && (await countOthers()) === 0) break;
      }
      set({ state: 'done', images: progress?.images ?? 0, changed });
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      set({ state: 'failed', images: progress?.images ?? 0, fault });
    }
  }

  return {
    start() {
      if (progress?.state === 'running') return progress;
      const begun = set({ state: 'running', images: 0 });
      running = run();
      return begun;
    },
    progress: () => progress,
    onProgress: (listener) => listeners.add(listener),
    async close() {
      ending.abort(new Error('the pipeline was stopped'));
      await running;
    },
  };
}

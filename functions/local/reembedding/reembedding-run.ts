import { withLiveLine } from '../../terminal/live-line.ts';
import type { Output } from '../../terminal/output.ts';
import type { Reembedding } from './reembedding.ts';
import { doneLine, faultLine, foundLine, progressText, stoppedLine, totalOf } from './reembedding-text.ts';

export interface ReembeddingChoices {
  readonly modelDigest: string;
  /** Whether pictures of other models are tagged anew, and not only counted. */
  readonly isWanted: boolean;
  /** Stops it; what is left is done at the next start. */
  readonly signal: AbortSignal;
}

/** Without a terminal, progress is a line for each of so many parts of the work. */
const PARTS = 10;

/**
 * Has pictures of other models tagged anew, and says so: in one line how many, how far it is, and what became of them.
 * Says nothing when there are none. No fault of it ends the pipeline.
 */
export async function runReembedding(
  work: Reembedding,
  { modelDigest, isWanted, signal }: ReembeddingChoices,
  output: Output,
): Promise<void> {
  let progress: { done: number; readonly total: number } | undefined;
  try {
    const found = await work.find(signal);
    if (found.size === 0) return;
    const total = totalOf(found);
    await output.line(`\n${foundLine(found, modelDigest, isWanted)}`);
    if (!isWanted) return;
    const counted = { done: 0, total };
    progress = counted;
    const result = await withLiveLine(
      (show) =>
        work.run(signal, (done) => {
          counted.done = done;
          show(progressText(done, total));
        }),
      { elsewhere: everyPart(total, () => counted.done, output.remark) },
    );
    await output.line(doneLine(result, modelDigest));
  } catch (error) {
    if (!signal.aborted) output.remark(faultLine(error));
    else if (progress) output.remark(stoppedLine(progress.done, progress.total));
  }
}

/** Lets a text pass whenever another part of the work is done. */
function everyPart(total: number, done: () => number, tell: (text: string) => void): (text: string) => void {
  let told = 0;
  return (text) => {
    const part = Math.floor((PARTS * done()) / total);
    // The end has a line of its own.
    if (part > told && part < PARTS) tell(text);
    told = part;
  };
}

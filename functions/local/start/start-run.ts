import { EXIT } from '../../terminal/exit-code.ts';
import { untilStopped } from '../../terminal/interruption.ts';
import type { Output } from '../../terminal/output.ts';
import { closeInTurn } from '../closing.ts';
import { type Reembedding, reembedding } from '../reembedding/reembedding.ts';
import { runReembedding } from '../reembedding/reembedding-run.ts';
import { noteRunning, removeRunningNote } from './running-note.ts';
import { placesOf, type Served, serve } from './served.ts';
import { startError } from './start-error.ts';
import type { StartOptions } from './start-options.ts';
import { openStartTerminal, type StartTerminal } from './start-terminal.ts';
import { type FollowedFolders, followFolders } from './watched-folders.ts';
import { welcome } from './welcome.ts';

/** Serves until it is stopped, with the sample photographs on the first start; gives the exit code. */
export async function runStart(options: StartOptions, output: Output): Promise<number> {
  const explained = async (error: unknown): Promise<never> => {
    throw await startError(error, options);
  };
  const served = await serve(options, output).catch(explained);
  const ending = new AbortController();
  let terminal: StartTerminal | undefined;
  let folders: FollowedFolders | undefined;
  let reembedded = Promise.resolve();
  try {
    await noteRunning(options.dataFolder, placesOf(served));
    await untilStopped(async (stop) => {
      const work = reembeddingOf(served);
      terminal = terminalOf(served, stop, output);
      await welcome(served, options, { work, terminal }, output).catch(explained);
      // Whoever has been stopped meanwhile closes what was open by then.
      if (ending.signal.aborted) return;
      folders = foldersOf(served, options, output);
      terminal.showStatus();
      void served.page.tellOthers().catch(() => {}); // the page tells why the images cannot be read
      if (work) reembedded = reembed(work, served, { ...options, signal: ending.signal }, output);
    });
    // Whoever starts now waits for the end, and does not take it for one that serves.
    await removeRunningNote(options.dataFolder);
    await terminal?.close();
    await output.line('\nStopping …');
  } finally {
    ending.abort();
    await closeInTurn([
      async () => terminal?.close(),
      () => reembedded,
      async () => folders?.close(),
      served.close,
    ]);
  }
  return EXIT.done;
}

/** The work on records of other models; none where all are known to be of this one. */
function reembeddingOf({ pipeline }: Served): Reembedding | undefined {
  const { mayHaveOtherModels, tagger, queue } = pipeline;
  if (!mayHaveOtherModels) return undefined;
  return reembedding({ table: tagger.table, modelDigest: tagger.encoder.modelDigest, queue });
}

async function reembed(
  work: Reembedding,
  { pipeline, listeners }: Served,
  { reembeds, signal }: Pick<StartOptions, 'reembeds'> & { readonly signal: AbortSignal },
  output: Output,
): Promise<void> {
  listeners.add(work.note);
  const { modelDigest } = pipeline.tagger.encoder;
  await runReembedding(work, { modelDigest, isWanted: reembeds, signal }, output);
  listeners.delete(work.note);
}

function foldersOf({ pipeline }: Served, options: StartOptions, { remark }: Output): FollowedFolders {
  const { watched, dataFolder, watchMode: mode, watchMaximumVanished: maximumVanished } = options;
  return followFolders(watched, { s3: pipeline.s3, dataFolder, mode, maximumVanished, remark });
}

function terminalOf(served: Served, stop: () => void, output: Output): StartTerminal {
  const { page } = served;
  return openStartTerminal({
    ...{ output, stop, counts: page.counts, retag: page.retag },
    pageAddress: () => new URL(`${placesOf(served).pageUrl}/${page.linkEnd()}`),
  });
}

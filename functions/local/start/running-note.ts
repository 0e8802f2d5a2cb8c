import { readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../../adapters/files/atomic-write.ts';
import { isRunning } from '../../adapters/files/running-process.ts';
import type { PipelinePlaces } from './welcome-text.ts';

/** What a pipeline notes in its data folder, for whoever starts another one there. While it starts it has no address yet. */
const runningNote = z.object({
  pid: z.int().positive(),
  /** The machine or container whose process it is: others cannot ask for it. */
  host: z.string().optional(),
  pageUrl: z.url().optional(),
});

export type RunningNote = z.infer<typeof runningNote>;

export async function noteStarting(dataFolder: string): Promise<void> {
  await writeNote(dataFolder, { pid: process.pid, host: hostname() });
}

export async function noteRunning(dataFolder: string, { pageUrl }: PipelinePlaces): Promise<void> {
  await writeNote(dataFolder, { pid: process.pid, host: hostname(), pageUrl });
}

export async function removeRunningNote(dataFolder: string): Promise<void> {
  await rm(noteFile(dataFolder), { force: true });
}

/**
 * The pipeline that has a data folder, as far as its note tells. One that was killed has left its note, and one in another container that
 * shares the folder is believed: it is asked for only by those who have found the folder locked.
 */
export async function runningPipeline(dataFolder: string): Promise<RunningNote | undefined> {
  const text = await readFile(noteFile(dataFolder), 'utf8').catch(() => '');
  const parsed = runningNote.safeParse(jsonOrNothing(text));
  if (!parsed.success) return undefined;
  const { pid, host = hostname() } = parsed.data;
  return host !== hostname() || isRunning(pid) ? parsed.data : undefined;
}

async function writeNote(dataFolder: string, note: RunningNote): Promise<void> {
  await writeAtomically(noteFile(dataFolder), `${JSON.stringify(note)}\n`);
}

/** A note may be cut off. */
function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function noteFile(dataFolder: string): string {
  return join(dataFolder, 'running.json');
}

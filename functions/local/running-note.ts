import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PipelinePlaces } from './welcome-text.ts';

/** What a pipeline notes in its data folder while it runs, for whoever starts another one there. */
const runningNote = z.object({ pid: z.int().positive(), pageUrl: z.url() });

export type RunningNote = z.infer<typeof runningNote>;

export async function noteRunning(dataFolder: string, { pageUrl }: PipelinePlaces): Promise<void> {
  await writeFile(noteFile(dataFolder), `${JSON.stringify({ pid: process.pid, pageUrl })}\n`);
}

export async function removeRunningNote(dataFolder: string): Promise<void> {
  await rm(noteFile(dataFolder), { force: true });
}

/** The pipeline that runs with a data folder, as far as its note tells; one that was killed has left its note. */
export async function runningPipeline(dataFolder: string): Promise<RunningNote | undefined> {
  const text = await readFile(noteFile(dataFolder), 'utf8').catch(() => '');
  const parsed = runningNote.safeParse(jsonOrNothing(text));
  return parsed.success && isRunning(parsed.data.pid) ? parsed.data : undefined;
}

/** A note may be cut off, or half written. */
function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function noteFile(dataFolder: string): string {
  return join(dataFolder, 'running.json');
}

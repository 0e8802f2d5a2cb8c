import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '../../adapters/files/package-folder.ts';
import { eventsOf } from '../../core/objects/event.ts';
import type { ObjectStore } from '../../core/objects/object-store.ts';
import { EXIT } from '../../terminal/exit-code.ts';

export interface ImageTrialOptions {
  readonly objects: Pick<ObjectStore, 'fetch'>;
  readonly maximumBytes: number;
  readonly modelFolder: string;
  /** Of its own: holds the images meanwhile, and is emptied at the start. */
  readonly folder: string;
  /** @default the command line that this is a part of */
  readonly program?: string;
  /** A trial that takes longer is broken off, and has shown nothing. @default 40 seconds */
  readonly limitMilliseconds?: number;
}

/** Longer than any picture takes, on a busy machine as well, and shorter than the function's time limit. */
const LIMIT_MILLISECONDS = 40_000;

/**
 * Gives what tells whether a message's images end a process that does nothing else: `cliptag embed`, which decodes and
 * encodes them as the pipeline does. Whatever has ended the pipeline, it was the image only if it ends this one, too;
 * whoever kills the pipeline while it waits decides nothing.
 */
export async function openImageTrial({
  objects,
  maximumBytes,
  modelFolder,
  folder,
  program = packagePath('functions', 'cliptag.mjs'),
  limitMilliseconds = LIMIT_MILLISECONDS,
}: ImageTrialOptions): Promise<(message: { readonly body: string }) => Promise<boolean>> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });

  async function endsWith(bytes: Uint8Array): Promise<boolean> {
    const own = await mkdtemp(join(folder, 'image-'));
    try {
      const image = join(own, 'image');
      await writeFile(image, bytes);
      return await isEnded([program, 'embed', image, '--model', modelFolder], limitMilliseconds);
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  }

  return async ({ body }) => {
    for (const event of eventsOf(body)) {
      if (event.kind !== 'created' && event.kind !== 'listed') continue;
      // What cannot be had now ends nobody: it is told as a fault when it is worked on.
      const fetched = await objects
        .fetch({ sequencer: '', ...event.object }, maximumBytes)
        .catch(() => undefined);
      if (fetched && (await endsWith(fetched.bytes))) return true;
    }
    return false;
  };
}

/** By these, people and systems stop programs, whatever they are at. */
const STOPPING: readonly unknown[] = ['SIGINT', 'SIGTERM', 'SIGHUP', EXIT.stopped];

/**
 * Whether the command line ends before it has said what it thinks of the image, and not because it cannot start.
 *
 * @throws Error when somebody has stopped it
 */
function isEnded(parameters: readonly string[], limitMilliseconds: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...parameters], {
      stdio: ['ignore', 'pipe', 'ignore'],
      // Apart from the terminal's own processes, which Ctrl-C ends.
      detached: true,
      timeout: limitMilliseconds,
      killSignal: 'SIGKILL',
    });
    let hasSpoken = false;
    child.stdout.on('data', () => {
      hasSpoken = true;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (!hasSpoken && STOPPING.includes(signal ?? code))
        reject(new Error('The trial of an image was stopped'));
      else resolve(!hasSpoken && !child.killed && code !== EXIT.usage);
    });
  });
}

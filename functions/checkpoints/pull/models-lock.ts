import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { CliptagError, InvalidInput } from '../../core/errors.ts';
import { jsonValue } from './json-value.ts';
import { exclusiveWrite } from './pid-file.ts';

const lockedFile = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'Expected 64 lower-case hexadecimal digits'),
  bytes: z.int().min(0),
});

const lockedCheckpoint = z.object({
  /** The commit that the branch or tag stood for at the first pull. */
  commit: z.string().regex(/^[0-9a-f]{40}$/, 'Expected a commit of 40 lower-case hexadecimal digits'),
  licence: z.string(),
  /** By path in the repository. */
  files: z.record(z.string(), lockedFile),
});

const modelsLock = z.object({
  version: z.literal(1),
  /** By `OWNER/REPO@REVISION`, as it was asked for, with its layout where that is not `auto`. */
  checkpoints: z.record(z.string(), lockedCheckpoint),
});

/** A checkpoint as the first pull found it: every later pull gets the same, or an error. */
export type LockedCheckpoint = z.infer<typeof lockedCheckpoint>;

export const LOCK_FILE = 'models.lock.json';

/** @throws {InvalidInput} when the file is not a lock file, with all its faults */
export function readLock(path: string, key: string): LockedCheckpoint | undefined {
  const { checkpoints } = readAll(path);
  return Object.hasOwn(checkpoints, key) ? checkpoints[key] : undefined;
}

/** Adds or replaces a checkpoint. Processes take turns, so that pulls at the same time lose nothing. */
export function writeLock(path: string, key: string, checkpoint: LockedCheckpoint): Promise<void> {
  return exclusiveWrite(`${path}.writing`, () => {
    const { checkpoints } = readAll(path);
    const entries = Object.entries({ ...checkpoints, [key]: checkpoint }).sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    replaceFile(
      path,
      `${JSON.stringify({ version: 1, checkpoints: Object.fromEntries(entries) }, null, 2)}\n`,
    );
  });
}

function replaceFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.new`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (cause) {
    throw new CliptagError('not-writable', `Expected to write ${path} but received ${String(cause)}`, {
      cause,
    });
  }
}

function readAll(path: string): z.infer<typeof modelsLock> {
  const text = textOf(path);
  if (text === undefined) return { version: 1, checkpoints: {} };
  const result = modelsLock.safeParse(jsonValue(text));
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    (issue) => `${z.core.toDotPath(issue.path) || '(top level)'}: ${issue.message}`,
  );
  throw new InvalidInput(`${path} is not a lock file of models`, faults);
}

function textOf(path: string): string | undefined {
  try {
    // Without the byte order mark that some editors begin a file with.
    return new TextDecoder().decode(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

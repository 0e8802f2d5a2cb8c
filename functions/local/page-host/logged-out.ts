import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeAtomically } from '../../adapters/files/atomic-write.ts';

/** Sessions that have been logged out, until their cookies would have expired anyway. */
export interface LoggedOut {
  has(session: string): boolean;
  add(session: string, expiresAtMilliseconds: number): Promise<void>;
}

const sessions = z.record(z.string(), z.number());

/**
 * @param file keeps them beyond the process; what is damaged there, or not there, counts as nothing. @default they are kept in memory
 * @param now a clock, in milliseconds
 */
export async function openLoggedOut(
  file?: string | undefined,
  now: () => number = Date.now,
): Promise<LoggedOut> {
  const text = file === undefined ? '{}' : await readFile(file, 'utf8').catch(() => '{}');
  const all = new Map(Object.entries(parsed(text)));
  let writing = Promise.resolve();
  return {
    has: (session) => all.has(session),
    async add(session, expiresAtMilliseconds) {
      for (const [other, until] of all) if (until < now()) all.delete(other);
      all.set(session, expiresAtMilliseconds);
      if (file === undefined) return;
      writing = writing
        .catch(() => {})
        .then(() => writeAtomically(file, `${JSON.stringify(Object.fromEntries(all))}\n`));
      await writing;
    },
  };
}

function parsed(text: string): Record<string, number> {
  try {
    return sessions.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

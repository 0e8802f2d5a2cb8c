import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** For what modules write that many files of tests share: it goes when all tests have run. */
    readonly runFolder: string;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'cliptag-tests-'));
  provide('runFolder', folder);
  // A process that was told to end may still write there.
  return () => rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { LOCK_FILE, readLock, writeLock } from '../../functions/checkpoints/pull/models-lock.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const run = promisify(execFile);
const PROCESSES = 4;
const WRITES = 20;
const WRITER = `
  import { writeLock } from ${JSON.stringify(join(import.meta.dirname, '../../functions/checkpoints/pull/models-lock.ts'))};
  const [path, name] = process.argv.slice(-2);
  for (let i = 0; i < ${WRITES}; i++) {
    await writeLock(path, \`owner/\${name}@\${i}\`, { commit: '0'.repeat(40), licence: 'MIT', files: {} });
  }`;

test('the lock file keeps the entries of all processes that write at the same time', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, LOCK_FILE);
  const script = join(folder, 'writer.mts');
  await writeFile(script, WRITER);
  const names = Array.from({ length: PROCESSES }, (_, i) => `process-${i}`);
  await Promise.all(names.map((name) => run(process.execPath, ['--import', 'tsx', script, path, name])));
  const { checkpoints } = JSON.parse(await readFile(path, 'utf8'));
  expect(Object.keys(checkpoints)).toHaveLength(PROCESSES * WRITES);
  expect((await readdir(folder)).sort()).toEqual([LOCK_FILE, 'writer.mts'].sort());
});

test('the lock file is written after a process that was killed while it wrote', async () => {
  const path = join(await temporaryFolder(), LOCK_FILE);
  // More than Linux numbers processes up to.
  await writeFile(`${path}.writing`, '99999999');
  await writeLock(path, 'owner/name@main', { commit: '0'.repeat(40), licence: 'MIT', files: {} });
  expect(readLock(path, 'owner/name@main')?.licence).toBe('MIT');
});

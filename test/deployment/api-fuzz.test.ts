import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serve } from '@hono/node-server';
import { describe, expect, it } from 'vitest';
import { repository } from '../e2e/support.ts';
import { startDeployedApi } from '../fixtures/deployed-api.ts';

const run = promisify(execFile);

const VERSION = '4.32.5';
const VENV = join(repository, '.cliptag', `schemathesis-${VERSION}`);
const PROGRAM = join(VENV, 'bin', 'schemathesis');
const INSTALL_MILLISECONDS = 240_000;

/** Whether schemathesis is there, or could be installed from the index of Python packages. If not, a line says why. */
async function isInstalled(): Promise<boolean> {
  const isThere = () =>
    access(PROGRAM).then(
      () => true,
      () => false,
    );
  if (await isThere()) return true;
  const options = { timeout: INSTALL_MILLISECONDS };
  try {
    await run('python3', ['-m', 'venv', VENV], options);
    const quiet = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '15'];
    await run(join(VENV, 'bin', 'pip'), ['install', ...quiet, `schemathesis==${VERSION}`], options);
  } catch (error) {
    const [why] = String((error as { stderr?: string }).stderr || error)
      .trim()
      .split('\n')
      .slice(-1);
    console.info(`Skipped: the HTTP API is not fuzzed, since schemathesis cannot be installed: ${why}`);
  }
  return isThere();
}

describe.skipIf(!(await isInstalled()))('the HTTP API, fuzzed by schemathesis', () => {
  it('answers all that fits its document as the document says, and refuses all that does not', async () => {
    const faults: unknown[] = [];
    const keys = ['2026/harbour.jpg', 'b.png', 'c.png'];
    const modelFolder = join(repository, 'models', 'embedded');
    const api = await startDeployedApi({ keys, modelFolder, report: (error) => faults.push(error) });
    // Queries and cursors of full length, in characters of twelve bytes each.
    const serverOptions = { maxHeaderSize: 128 * 1024 };
    const server = serve({ fetch: api.app.fetch, hostname: '127.0.0.1', port: 0, serverOptions });
    try {
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const config = join(import.meta.dirname, 'schemathesis.toml');
      const url = `http://127.0.0.1:${port}/api/v1/openapi.json`;
      // By count: with a time to spend it would try more or less as the machine is busy, and other things each time.
      const effort = ['--max-examples', '25', '--seed', '20'];
      const flags = [...effort, '--no-color', '--continue-on-failure', '--generation-database', 'none'];
      const { stdout } = await run(PROGRAM, ['--config-file', config, 'run', url, ...flags], {
        cwd: VENV,
        timeout: 500_000,
        maxBuffer: 2 ** 26,
      }).catch((error: { stdout: string }) => error);
      expect(stdout.replace(/(%[0-9A-F]{2}){40,}/g, '…')).toMatch(/ (\d+) generated, \1 passed\n/);
      expect(stdout).toMatch(/Tested: 14\b/);
      expect(faults).toEqual([]);
    } finally {
      server.close();
      await api.close();
    }
  });
});

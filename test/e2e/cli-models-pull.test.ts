import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkpointFiles } from '../fixtures/checkpoint-files.ts';
import { COMMIT, sha256, startFakeHub } from '../fixtures/fake-hub.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { COMPILED_CLI, jsonLines, runCli } from './support/cli-process.ts';
import { waitUntil } from './support.ts';

const WEIGHTS = 'open_clip_model.safetensors';
const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];
/** The environment without the proxies of the machine that runs the tests. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !PROXY_VARIABLES.includes(name.toLowerCase())),
);

async function started() {
  const root = await temporaryFolder();
  const folder = join(root, 'checkpoint');
  const flags = ['--out', folder, '--lock', join(root, 'models.lock.json')];
  return {
    hub: await startFakeHub(checkpointFiles()),
    folder,
    args: ['models', 'pull', 'hf:laion/tiny', ...flags],
  };
}

describe('cliptag models pull', () => {
  it('says what it brought and what comes next', async () => {
    const { hub, folder, args } = await started();
    const { code, stdout, stderr } = await runCli([...args, '--mirror', hub.url], { env: environment });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^laion--tiny: 4 files, 0\.4 MB, laion\/tiny at c0ffee000000, licence mit\nin .*checkpoint; next: cliptag models compile .*checkpoint\n$/,
      ),
    });
    expect(stderr).toMatch(
      /^README\.md: 0\.0 kB, verified\n(.*\n)+open_clip_model\.safetensors: 0\.4 MB, verified\n$/,
    );
    expect((await readdir(folder)).filter((name) => name.includes('part'))).toEqual([]);
  });

  it('takes endpoint and token from the environment, and prints JSON', async () => {
    const { hub, folder, args } = await started();
    const env = { ...environment, HF_ENDPOINT: hub.url, HF_TOKEN: 'hf_secret' };
    const result = await runCli([...args, '--json'], { env });
    expect(jsonLines(result)).toEqual([
      expect.objectContaining({ folder, repo: 'laion/tiny', commit: COMMIT, licence: 'mit' }),
    ]);
    const withToken = hub.requests.filter(({ headers }) => headers.authorization === 'Bearer hf_secret');
    expect(new Set(withToken.map(({ server }) => server))).toEqual(new Set(['hub']));
    expect(result.stdout + result.stderr).not.toContain('hf_secret');
  });

  it('shows the token to no mirror', async () => {
    const { hub, args } = await started();
    const env = { ...environment, HF_TOKEN: 'hf_secret', HF_ENDPOINT: 'http://hub.test' };
    expect(await runCli([...args, '--mirror', hub.url], { env })).toMatchObject({ code: 0 });
    expect(hub.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  it('goes on where it was when it was killed, with a range', async () => {
    const { hub, folder, args } = await started();
    const command = [...args, '--mirror', hub.url];
    hub.conducts.push('stall');
    const child = spawn(process.execPath, [COMPILED_CLI, ...command], { env: environment, stdio: 'ignore' });
    const part = join(folder, `${WEIGHTS}.part`);
    await waitUntil(async () => (await stat(part).catch(() => undefined))?.size === 200_000);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await readdir(folder)).not.toContain(WEIGHTS);

    expect(await runCli(command, { env: environment })).toMatchObject({ code: 0 });
    expect(hub.requests.at(-1)?.headers).toMatchObject({ range: 'bytes=200000-', 'if-range': '"store-1"' });
    expect(sha256(await readFile(join(folder, WEIGHTS)))).toBe(sha256(hub.files[WEIGHTS] ?? Buffer.alloc(0)));
    expect((await readdir(folder)).filter((name) => /part|pulling/.test(name))).toEqual([]);
  });

  it('rejects a full disk with what to do, and goes on once there is room', async () => {
    const { hub, args } = await started();
    const command = [...args, '--mirror', hub.url];
    // A limit on the size of files, in blocks of 1024 bytes, fails as a full disk does: in the middle of a write.
    const shell = ['-c', 'ulimit -f 100; exec "$0" "$@"', process.execPath, COMPILED_CLI, ...command];
    const child = spawn('bash', shell, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const [code] = await once(child, 'close');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /cliptag models pull: Expected room for .*\.part but received EFBIG: make room, .*\n$/,
      ),
    });
    expect(await runCli(command, { env: environment })).toMatchObject({ code: 0 });
    expect(hub.requests.at(-1)?.headers.range).toMatch(/^bytes=[1-9]/);
  });

  it('has nothing to do for the embedded model', async () => {
    const { code, stdout } = await runCli(['models', 'pull', 'embedded']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/nothing to pull/) });
  });

  it.each([
    [
      [],
      /expected a NAME or hf:OWNER\/REPO\[@REVISION\] but received nothing \(names: vit-b-32-256-datacomp, /,
    ],
    [['a', 'b'], /expected a NAME .* but received "a b"/],
    [['vit-b-33'], /Expected vit-b-32-256-datacomp, .* but received "vit-b-33"/],
    [['vit-b-32-openai', '--mirror', 'ftp://x'], /--mirror: expected an http: or https: URL/],
  ])('rejects %j with one line', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['models', 'pull', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

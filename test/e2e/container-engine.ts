import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { MEMORY_BYTES, type RunningFunction, startFunction } from './container-function.ts';

/** As Lambda runs it: nothing to write on but /tmp, no rights, so much memory. The network is the machine's. */
export const RESTRICTIONS = [
  ...['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ...['--memory', String(MEMORY_BYTES), '--network', 'host'],
];

/** An engine that does not answer must not hold the tests up. */
const LIMIT_MILLISECONDS = 300_000;

/**
 * What docker prints to its standard output.
 *
 * @throws Error with what it said when it fails
 */
export async function docker(...parameters: readonly string[]): Promise<string> {
  return (await saidBy(parameters)).stdout;
}

/** All that a container has printed. */
export async function logOf(container: string): Promise<string> {
  const { stdout, stderr } = await saidBy(['logs', container]);
  return `${stdout}${stderr}`;
}

/** Removes what a command such as `image rm` does; nothing is said of what is not there, or on its way out. */
export async function remove(kind: 'container' | 'image' | 'volume', name: string): Promise<void> {
  await docker(kind, 'rm', '--force', name).catch((error: Error) => {
    if (!/no such|already in progress/i.test(error.message)) throw error;
  });
}

function saidBy(parameters: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, DOCKER_BUILDKIT: '1' };
  const options = { env, timeout: LIMIT_MILLISECONDS, maxBuffer: 2 ** 28 };
  return promisify(execFile)('docker', [...parameters], options);
}

/** Runs an image with its own entrypoint, and so with the real runtime client. */
export async function startContainer(
  image: string,
  variables: Readonly<Record<string, string>>,
): Promise<RunningFunction> {
  const name = `cliptag-${randomUUID()}`;
  // Docker passes on each variable that it is given the name of.
  const passed = [...Object.keys(variables), 'AWS_LAMBDA_RUNTIME_API'].flatMap((key) => ['--env', key]);
  const { DOCKER_HOST, PATH = '' } = process.env;
  const own = { PATH, ...(DOCKER_HOST && { DOCKER_HOST }) };
  const parameters = ['run', '--rm', '--name', name, ...RESTRICTIONS, ...passed, image];
  const running = await startFunction('docker', parameters, { ...own, ...variables });
  return {
    ...running,
    processId: async () => Number(await docker('inspect', '--format', '{{.State.Pid}}', name)),
    stop: async () => {
      await remove('container', name);
      await running.stop();
    },
  };
}

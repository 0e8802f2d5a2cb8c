import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { MEMORY_BYTES, type RunningFunction, startFunction } from './container-function.ts';

/** As Lambda runs it: nothing to write on but /tmp, no rights, so much memory. The network is the machine's. */
export const RESTRICTIONS = [
  ...['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ...['--memory', String(MEMORY_BYTES), '--network', 'host'],
];

const REMOVAL_LIMIT_MILLISECONDS = 60_000;

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
    stop: async () => {
      spawnSync('docker', ['rm', '--force', name], { timeout: REMOVAL_LIMIT_MILLISECONDS });
      await running.stop();
    },
  };
}

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository, waitUntil } from '../e2e/support.ts';

const run = promisify(execFile);
const { devDependencies } = (await import('../../package.json', { with: { type: 'json' } })).default;

const START_LIMIT_MILLISECONDS = 400_000;

/** A project with nothing but Cliptag, installed from the tarball that `npm pack` makes, and the types of Node. */
export interface InstalledPackage {
  readonly tarball: string;
  readonly project: string;
  /** Where the system keeps what programs can make again. */
  readonly cacheFolder: string;
  /** What npm said while it installed. */
  readonly installed: string;
  /** Runs a program in the project, as a user's shell does. */
  run(program: string, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }>;
  /** `cliptag start`, once it serves. */
  start(...flags: readonly string[]): Promise<StartedPipeline>;
}

export interface StartedPipeline {
  readonly s3Url: string;
  readonly dynamodbUrl: string;
  /** All it has printed so far. */
  output(): string;
  /** Stops it as Ctrl-C does; gives its exit code. */
  stop(): Promise<number | null>;
}

/** Whether npm finds packages, asked once and briefly. If not, a line says what is skipped. */
export async function registryAnswers(): Promise<boolean> {
  const args = ['view', 'sharp', 'version', '--fetch-retries=0', '--fetch-timeout=10000'];
  return run('npm', args, { env: environment({}) }).then(
    () => true,
    () => {
      console.info('Skipped: the package is not installed for a trial, since no npm registry answers.');
      return false;
    },
  );
}

/** Builds, packs and installs: minutes on a busy machine. */
export async function installPackage(folder: string): Promise<InstalledPackage> {
  const project = join(folder, 'project');
  const cacheFolder = join(folder, 'cache');
  const env = environment({ XDG_CACHE_HOME: cacheFolder });
  await mkdir(project);
  const tarball = await packPackage(folder);
  await writeFile(join(project, 'package.json'), '{ "type": "module" }\n');
  const install = ['install', tarball, `@types/node@${devDependencies['@types/node']}`];
  const { stdout, stderr } = await run('npm', install, { cwd: project, env });
  return {
    ...{ tarball, project, cacheFolder, installed: `${stdout}${stderr}` },
    run: (program, ...args) => run(program, [...args], { cwd: project, env }),
    start: (...flags) => startPipeline(project, env, flags),
  };
}

/** Builds and packs; gives the tarball's path. */
export async function packPackage(folder: string): Promise<string> {
  // The checkout's own .npmrc would keep npm from building.
  const pack = ['pack', '--ignore-scripts=false', '--json', '--pack-destination', folder];
  const packed = await run('npm', pack, { cwd: repository, env: environment({}), maxBuffer: 2 ** 26 });
  const [{ filename }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('\n[') + 1));
  return join(folder, filename);
}

async function startPipeline(
  cwd: string,
  env: NodeJS.ProcessEnv,
  flags: readonly string[],
): Promise<StartedPipeline> {
  const ports = ['--s3-port', '0', '--dynamodb-port', '0', '--http-port', '0'];
  // What npx runs, without npx, which would end at once by Ctrl-C and leave it to finish alone.
  const child = spawn(join(cwd, 'node_modules', '.bin', 'cliptag'), ['start', ...ports, ...flags], {
    cwd,
    env,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const exited = once(child, 'exit');
  const deadline = Date.now() + START_LIMIT_MILLISECONDS;
  await waitUntil(async () => {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline)
      throw new Error(`Expected a pipeline that serves but received:\n${output}`);
    return output.includes('Ctrl-C stops');
  });
  const url = (name: string) => new RegExp(`${name} +(http://\\S+)`).exec(output)?.[1] ?? '';
  return {
    ...{ s3Url: url('S3'), dynamodbUrl: url('DynamoDB'), output: () => output },
    stop: async () => {
      child.kill('SIGINT');
      await exited;
      return child.exitCode;
    },
  };
}

/** Every file of a folder with its size and the time of its last change. */
export async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.sort().map(async (path) => {
      const { size, mtimeMs } = await stat(path);
      return `${path} ${size} ${mtimeMs}`;
    }),
  );
}

/** Without what npm tells the programs that it runs: the tests run in one of these, and users have none of it. */
function environment(additions: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST)/i.test(name));
  return { ...Object.fromEntries(own), ...additions };
}

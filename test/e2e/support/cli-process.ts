import { type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { main } from '../../../functions/cli/main.ts';

/** What users start, which translates the sources. */
export const CLI = fileURLToPath(new URL('../../../functions/cliptag.mjs', import.meta.url));
/** The same, translated already. */
export const COMPILED_CLI = join(inject('programs'), 'cli-program.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a run happens, and what its environment is. @default the folder and the environment of the tests */
export interface CliPlace {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

let lastRun: Promise<unknown> = Promise.resolve();

/**
 * Runs the command line in this process, where no time goes into starting another. Runs wait for each other, since
 * they share the process's streams, folder and environment.
 */
export function runCli(args: readonly string[], place: CliPlace = {}): Promise<CliResult> {
  const run = lastRun.then(() => runHere(args, place));
  lastRun = run.catch(() => undefined);
  return run;
}

async function runHere(args: readonly string[], { cwd, env }: CliPlace): Promise<CliResult> {
  const folder = process.cwd();
  const variables = { ...process.env };
  const stdout = captured(process.stdout);
  const stderr = captured(process.stderr);
  const listeners = newListeners();
  try {
    if (cwd !== undefined) process.chdir(cwd);
    if (env !== undefined) setVariables(env);
    const code = await main(args);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    for (const { restore } of [stdout, stderr]) restore();
    listeners.remove();
    process.chdir(folder);
    setVariables(variables);
  }
}

/** Takes what is written to a stream, which is no terminal meanwhile. */
function captured(stream: NodeJS.WriteStream): { text(): string; restore(): void } {
  const { write, isTTY } = stream;
  const chunks: string[] = [];
  stream.isTTY = false;
  stream.write = (chunk: string | Uint8Array) => {
    chunks.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    return true;
  };
  return {
    text: () => chunks.join(''),
    restore: () => Object.assign(stream, { write, isTTY }),
  };
}

/** The command line expects to be alone in its process, and never takes its listeners off. */
function newListeners(): { remove(): void } {
  const before = process.listeners('SIGINT');
  const ofOutput = process.stdout.listeners('error');
  return {
    remove() {
      for (const one of process.listeners('SIGINT')) {
        if (!before.includes(one)) process.off('SIGINT', one);
      }
      for (const one of process.stdout.listeners('error') as ((error: Error) => void)[]) {
        if (!ofOutput.includes(one)) process.stdout.off('error', one);
      }
    },
  };
}

function setVariables(variables: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
}

/** Runs the command line as a user does, in a process of its own, and waits for its end. */
export function spawnCli(args: readonly string[], options: SpawnOptions = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const [stdout, stderr] = [chunks.stdout, chunks.stderr].map((all) => Buffer.concat(all).toString());
      resolve({ code, stdout: stdout ?? '', stderr: stderr ?? '' });
    });
  });
}

/** The values of JSON lines. */
export function jsonLines<Value>({ stdout }: CliResult): Value[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Value);
}

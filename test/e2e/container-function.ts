import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSBatchResponse } from 'aws-lambda';
import { QUEUE_DEFINITION } from '../../functions/core/objects/queue-definition.ts';
import { sqsEvent } from '../fixtures/sqs-event.ts';
import { startRuntimeApi } from './container-runtime-api.ts';

/** The memory that the function has in the cloud, in bytes. */
export const MEMORY_BYTES = 3_008 * 1024 * 1024;

/** Plays Lambda's runtime: runs a handler of what the Runtime API gives. */
export const CLIENT = join(import.meta.dirname, 'container-runtime-client.mjs');
const SANDBOX = join(import.meta.dirname, 'container-sandbox.sh');

const LAST_WORDS_MILLISECONDS = 1_000;

/** Times that a control group's removal is tried: killed processes take a moment to go. */
const REMOVALS = 400;

export interface RunningFunction {
  readonly process: ChildProcess;
  /** Settles when it asks for its first event; rejects with its log when it ends before, or says that it can't start. */
  readonly ready: Promise<void>;
  /** Hands it an event; gives its answer. Rejects with the error that it reports, or with {@link ENDED} when it ends. */
  invoke(event: unknown): Promise<unknown>;
  /** All that it has logged so far. */
  log(): string;
  /** The process that all its processor time is spent in and below. */
  processId(): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** What a caller is told when the function ends in the midst of its work. */
export const ENDED = 'Expected an answer but the function ended';

type Variables = Readonly<Record<string, string>>;

/** What a machine lacks for running a function in a sandbox; undefined when it can. */
export function sandboxObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'it takes Linux';
  if (process.getuid?.() !== 0) return 'run the tests as root';
  const { status } = spawnSync('unshare', ['--mount', '--pid', '--fork', 'setpriv', '--version']);
  return status === 0 ? undefined : 'it takes unshare and setpriv of util-linux, and the right to use them';
}

/** Does what the Dockerfile's second stage does, with packages that were staged: gives /var/task and its variables. */
export async function layOut(staged: string, task: string): Promise<Variables> {
  const dockerfile = await readFile(join(staged, 'Dockerfile'), 'utf8');
  const cpu = /^ARG CPU=(.+)$/m.exec(dockerfile)?.[1] ?? '';
  const stage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')).replaceAll(/\$\{CPU\}/g, cpu);
  for (const [, packages, from = '', to = ''] of stage.matchAll(/^COPY (--from=packages )?(\S+) (\S+)$/gm)) {
    const source = packages ? join(staged, from.slice(1)) : join(staged, from);
    const target = from.endsWith('/') ? join(task, to) : join(task, to, basename(from));
    await mkdir(join(target, '..'), { recursive: true });
    await cp(source, target, { recursive: true });
  }
  const variables =
    /^ENV (.+)$/m
      .exec(stage)?.[1]
      ?.split(' ')
      .map((pair) => pair.split('=')) ?? [];
  return Object.fromEntries(variables);
}

/** Runs /var/task, laid out in `task`, in a root of its own: read-only but /tmp, without rights, within its memory. */
export async function startSandbox(task: string, variables: Variables): Promise<RunningFunction> {
  const root = await mkdtemp(join(tmpdir(), 'cliptag-sandbox-'));
  const group = await memoryGroup();
  const parameters = [root, process.execPath, task, CLIENT, ...(group ? [group.procs] : [])];
  const flags = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
  const running = await startFunction('unshare', [...flags, 'bash', SANDBOX, ...parameters], {
    ...variables,
    PATH: process.env.PATH ?? '',
  });
  return {
    ...running,
    stop: async () => {
      await running.stop();
      await group?.remove();
      await rm(root, { recursive: true, maxRetries: 10 });
    },
  };
}

/** Starts a runtime that is told where a Runtime API of its own is. */
export async function startFunction(
  command: string,
  parameters: readonly string[],
  variables: Variables,
): Promise<RunningFunction> {
  const api = await startRuntimeApi();
  const child = spawn(command, parameters, {
    env: { ...variables, AWS_LAMBDA_RUNTIME_API: api.address },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log += chunk;
    });
  }
  const exited = once(child, 'exit');
  const ended = exited.then(() => {
    throw new Error(ENDED);
  });
  ended.catch(() => {});
  const ready = Promise.race([api.ready, ended]).catch(async (error: Error) => {
    // What it said last may come a moment after its end.
    await Promise.race([once(child, 'close'), sleep(LAST_WORDS_MILLISECONDS)]);
    throw new Error(`${error.message} (${child.exitCode ?? child.signalCode ?? 'it runs'}):\n${log}`);
  });
  // A caller that does not wait for it learns of a failed start by the missing answer.
  ready.catch(() => {});
  return {
    process: child,
    ready,
    invoke: (event) => Promise.race([api.invoke(event), ended]),
    log: () => log,
    processId: async () => child.pid,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
      api.close();
    },
  };
}

/**
 * Hands messages to a function as SQS does, and again while one comes back, as often as the stack does it: a busy machine may give a
 * decoder no processor in time. Gives the failures of the last time.
 */
export async function failuresOf(running: RunningFunction, bodies: readonly string[]): Promise<unknown> {
  let failures: readonly unknown[] = [];
  for (let receives = 0; receives < QUEUE_DEFINITION.maxReceiveCount; receives++) {
    const answer = (await running.invoke(sqsEvent(bodies))) as SQSBatchResponse;
    failures = answer.batchItemFailures;
    if (failures.length === 0) break;
  }
  return failures;
}

/** What Lambda sets for every function, and where the stores of a test are. */
export function functionVariables(stores: {
  s3Url: string;
  dynamodbUrl: string;
  tableName: string;
}): Variables {
  return {
    _HANDLER: 'handler.handler',
    LAMBDA_TASK_ROOT: '/var/task',
    AWS_LAMBDA_FUNCTION_NAME: 'cliptag',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '3008',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/cliptag',
    AWS_LAMBDA_LOG_STREAM_NAME: 'test',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_S3: stores.s3Url,
    AWS_ENDPOINT_URL_DYNAMODB: stores.dynamodbUrl,
    TABLE_NAME: stores.tableName,
  };
}

/** A control group with the function's memory, where the machine has version 1 or 2 of them and lets one be made. */
async function memoryGroup(): Promise<{ procs: string; remove: () => Promise<void> } | undefined> {
  const isVersion2 = existsSync('/sys/fs/cgroup/cgroup.controllers');
  const parent = isVersion2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory';
  const folder = join(parent, `cliptag-${process.pid}-${Date.now()}`);
  const remove = () => removeGroup(folder);
  try {
    await mkdir(folder);
    const limit = join(folder, isVersion2 ? 'memory.max' : 'memory.limit_in_bytes');
    await writeFile(limit, String(MEMORY_BYTES), { flag: 'r+' });
    return { procs: join(folder, 'cgroup.procs'), remove };
  } catch (error) {
    console.log(`without its memory limit: no control group can be made (${String(error)})`);
    await remove();
    return undefined;
  }
}

/** Its files are the kernel's, so only the folder itself can be removed, and only once its last process is gone. */
async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 0; attempt < REMOVALS; attempt++) {
    if (
      await rmdir(folder).then(
        () => true,
        (error) => error.code === 'ENOENT',
      )
    )
      return;
    await sleep(50);
  }
}

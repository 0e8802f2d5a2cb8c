import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { s3Bucket } from '../../functions/adapters/aws/s3-bucket.ts';
import {
  type ImageRecord,
  imageRecordOf,
  readImageRecord,
} from '../../functions/core/records/image-record.ts';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
export const region = 'us-east-1';
/** What the AWS CLI and boto3 read. */
export const awsEnvironment = {
  ...process.env,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
};

export interface RunningPipeline {
  readonly process: ChildProcess;
  /** All it has printed so far. Its two streams come by ways of their own: nothing orders one among the other. */
  output(): string;
  /** What it has printed on stdout alone, which programs read. */
  stdout(): string;
  readonly s3Url: string;
  readonly dynamodbUrl: string;
  readonly pageUrl: string;
  /** Ends it as a crash does. */
  crash(): Promise<void>;
  /** Ends it as Ctrl-C does; gives the exit code. */
  interrupt(): Promise<number | null>;
}

export async function makeFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'cliptag-e2e-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Starts what `npm start` starts, on free ports, and waits until it says that it serves. */
export function startPipelineProcess(dataFolder: string, ...flags: string[]): Promise<RunningPipeline> {
  return startPipelineProcessIn({}, dataFolder, ...flags);
}

/** {@link startPipelineProcess} with variables of its own in its environment. */
export async function startPipelineProcessIn(
  variables: NodeJS.ProcessEnv,
  dataFolder: string,
  ...flags: string[]
): Promise<RunningPipeline> {
  const ports = ['--s3-port', '0', '--dynamodb-port', '0', '--http-port', '0'];
  const child = spawn(
    process.execPath,
    [join(inject('programs'), 'cli-program.js'), 'start', '--data', dataFolder, ...ports, ...flags],
    { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...variables } },
  );
  let output = '';
  let stdout = '';
  // Only then all has come that it has printed, which may be later than its exit.
  const ended = once(child, 'close');
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  let hasEnded = false;
  ended.then(() => {
    hasEnded = true;
  });
  await waitUntil(async () => {
    if (hasEnded) throw new Error(`Expected a pipeline that serves but it ended:\n${output}`);
    return stdout.includes('Ctrl-C stops');
  });
  const url = (name: string) => new RegExp(`${name} +(http://\\S+)`).exec(stdout)?.[1] ?? '';
  return {
    process: child,
    output: () => output,
    stdout: () => stdout,
    s3Url: url('S3'),
    dynamodbUrl: url('DynamoDB'),
    pageUrl: url('Page'),
    async crash() {
      child.kill('SIGKILL');
      await ended;
    },
    async interrupt() {
      child.kill('SIGINT');
      await ended;
      return child.exitCode;
    },
  };
}

export function tableOf({ dynamodbUrl }: Pick<RunningPipeline, 'dynamodbUrl'>) {
  return dynamoDbTagTable({ tableName: 'cliptag', client: { endpoint: dynamodbUrl, region, credentials } });
}

export function bucketOf({ s3Url }: Pick<RunningPipeline, 's3Url'>) {
  return s3Bucket('photos', { endpoint: s3Url, region, credentials, forcePathStyle: true });
}

export async function recordOf(
  pipeline: Pick<RunningPipeline, 'dynamodbUrl'>,
  key: string,
): Promise<ImageRecord | undefined> {
  const item = await tableOf(pipeline).read(readImageRecord({ bucket: 'photos', key }));
  return item && imageRecordOf(item);
}

export async function waitForRecord(
  pipeline: Pick<RunningPipeline, 'dynamodbUrl'>,
  key: string,
): Promise<ImageRecord> {
  let record: ImageRecord | undefined;
  await waitUntil(async () => {
    record = await recordOf(pipeline, key);
    return record !== undefined;
  });
  if (!record) throw new Error(`Expected a record of ${key}`);
  return record;
}

/** Asks again and again; the test's own time limit ends what never becomes true. */
export async function waitUntil(holds: () => Promise<boolean>, pauseMilliseconds = 50): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { waitUntil } from '../../e2e/support.ts';

/** An engine that does not answer must not hold the tests up. */
const LIMIT_MILLISECONDS = 120_000;

/** @throws Error with what it said when docker fails */
export async function docker(...parameters: readonly string[]): Promise<string> {
  return (await said(parameters)).stdout;
}

function said(parameters: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, DOCKER_BUILDKIT: '1' };
  const options = { env, timeout: LIMIT_MILLISECONDS, maxBuffer: 2 ** 28 };
  return promisify(execFile)('docker', parameters, options);
}

/** All that a container has printed. */
export async function logOf(name: string): Promise<string> {
  const { stdout, stderr } = await said(['logs', name]);
  return `${stdout}${stderr}`;
}

/** Gives the value of an expression in a container's Node. */
export async function inContainer<Result>(name: string, expression: string): Promise<Result> {
  const printed = await docker('exec', name, 'node', '-p', `JSON.stringify(${expression})`);
  return JSON.parse(printed) as Result;
}

export interface HomeServer {
  readonly pageUrl: string;
  readonly s3Url: string;
  readonly dynamodbUrl: string;
}

/** Waits until a container serves once more than `times`. */
export async function served(name: string, times = 0): Promise<HomeServer> {
  let text = '';
  await waitUntil(async () => {
    text = await logOf(name);
    const state = (await docker('inspect', '--format', '{{.State.Status}}', name)).trim();
    if (state !== 'running') throw new Error(`Expected a server but it is ${state}:\n${text}`);
    return text.split('Ctrl-C stops').length - 1 > times;
  }, 200);
  const url = (what: string) =>
    [...text.matchAll(new RegExp(`${what} +(http://\\S+)`, 'g'))].at(-1)?.[1] ?? '';
  return { pageUrl: url('Page'), s3Url: url('S3'), dynamodbUrl: url('DynamoDB') };
}

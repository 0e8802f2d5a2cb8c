import { docker, logOf } from '../../e2e/container-engine.ts';
import { waitUntil } from '../../e2e/support.ts';

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

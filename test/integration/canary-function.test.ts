import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_TABLE_NAME } from '../../functions/local/dynamodb/table.ts';
import { LOCAL_BUCKET_NAME } from '../../functions/local/pipeline.ts';
import { bundleCanary } from '../../infra/packaging/bundle.ts';
import { scriptedServer } from '../fixtures/scripted-server.ts';
import { startTinyPipeline } from '../fixtures/tiny-pipeline.ts';

/** The very code that is deployed, in a process of its own with the environment that Lambda gives it. */
let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-canary-'));
  await bundleCanary(join(folder, 'code'));
  program = join(folder, 'call.mjs');
  const handler = pathToFileURL(join(folder, 'code', 'handler.mjs')).href;
  const call = `const { handler } = await import('${handler}'); await handler({}, { functionName: 'canary' });`;
  await writeFile(program, call);
});
afterAll(() => rm(folder, { recursive: true }));

interface Logged {
  readonly level?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly keys?: readonly string[];
  readonly key?: string;
  readonly CanaryPassed?: number;
  readonly CanaryTime?: number;
  readonly FunctionName?: string;
}

async function run(variables: Readonly<Record<string, string>>): Promise<readonly Logged[]> {
  const child = spawn(process.execPath, [program], {
    env: {
      ...{ PATH: process.env.PATH ?? '', AWS_REGION: 'us-east-1', AWS_MAX_ATTEMPTS: '2' },
      ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
      ...{ BUCKET: LOCAL_BUCKET_NAME, TABLE_NAME: LOCAL_TABLE_NAME },
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return [...stdout.split('\n'), ...stderr.split('\n')]
    .filter(Boolean)
    .map((line) => (line.startsWith('{') ? JSON.parse(line) : { message: line }));
}

const metricOf = (lines: readonly Logged[]) => lines.find(({ CanaryPassed }) => CanaryPassed !== undefined);

/** A bucket that takes everything, and a table that answers so, look after look; the last answer stays. */
async function stores(answers: readonly { readonly status?: number; readonly body: unknown }[]) {
  let looks = 0;
  const s3 = await scriptedServer(({ method }) => {
    const listed = (name: string, time: Date) =>
      `<Contents><Key>.cliptag-canary/${name}.png</Key><LastModified>${time.toISOString()}</LastModified></Contents>`;
    const body = `<ListBucketResult>${listed('left', new Date(0))}${listed('of-another', new Date())}</ListBucketResult>`;
    return method === 'GET' ? { headers: { 'content-type': 'application/xml' }, body } : {};
  });
  const dynamodb = await scriptedServer(
    () => answers[Math.min(looks++, answers.length - 1)] ?? { status: 500 },
  );
  return {
    variables: {
      AWS_ENDPOINT_URL_S3: s3.client.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.client.endpoint,
    },
    /** Names of pictures: `now` is the run's own. */
    removed: () =>
      s3.requests
        .filter(({ method }) => method === 'DELETE')
        .map(({ url }) => /canary\/([\w-]+?)(-|\.png)/.exec(url)?.[1])
        .map((name) => (/^\d{4}$/.test(name ?? '') ? 'now' : name)),
  };
}

const item = (values: Readonly<Record<string, string | number>>) => ({
  body: {
    Item: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === 'number' ? { N: String(value) } : { S: value },
      ]),
    ),
  },
});
const tagged = item({ status: 'tagged', width: 16, height: 16, modelDigest: 'deployed' });
const throttled = { status: 400, body: { __type: 'x#ThrottlingException', message: 'busy' } };

describe('the code of the canary', () => {
  it('finds its picture tagged and forgotten again', async () => {
    const pipeline = await startTinyPipeline({ dataFolder: join(folder, 'data'), logitScale: 10 });
    try {
      const { s3, dynamodb } = pipeline;
      const urls = { AWS_ENDPOINT_URL_S3: s3.url, AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url };
      const lines = await run({ ...urls, KEY_SUFFIX: '.jpg' });
      expect(lines).toEqual([
        expect.objectContaining({
          ...{ CanaryPassed: 1, CanaryTime: expect.any(Number), FunctionName: 'canary' },
        }),
      ]);
    } finally {
      await pipeline.close();
    }
  });

  it('asks a table that throttles again, and removes what an earlier run has left, and nothing else', async () => {
    const { variables, removed } = await stores([throttled, throttled, tagged, item({ status: 'deleted' })]);
    const lines = await run({ ...variables, MODEL_DIGEST: 'deployed' });
    expect(metricOf(lines)).toMatchObject({ CanaryPassed: 1, CanaryTime: expect.any(Number) });
    expect(removed()).toEqual(['left', 'now']);
  });

  it('counts tags of another model as none, says why, and removes its picture', async () => {
    const { variables, removed } = await stores([tagged]);
    const lines = await run({ ...variables, MODEL_DIGEST: 'another', LOG_KEYS: 'false' });
    expect(metricOf(lines)).toMatchObject({ CanaryPassed: 0 });
    expect(metricOf(lines)).not.toHaveProperty('CanaryTime');
    expect(lines).toContainEqual(
      expect.objectContaining({
        ...{ level: 'ERROR', message: 'canary failed', key: expect.stringMatching(/^sha256:/) },
        reason: expect.stringContaining('by model another but received 16 × 16 pixels by model deployed'),
      }),
    );
    expect(removed()).toEqual(['left', 'now']);
  });

  it('counts an upload that is refused, and waits for nothing', async () => {
    const denied = { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' };
    const s3 = await scriptedServer(() => ({ ...denied, headers: { 'content-type': 'application/xml' } }));
    const url = s3.client.endpoint;
    const lines = await run({ AWS_ENDPOINT_URL_S3: url, AWS_ENDPOINT_URL_DYNAMODB: url });
    expect(metricOf(lines)).toMatchObject({ CanaryPassed: 0, FunctionName: 'canary' });
    expect(lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['leftover pictures cannot be removed', 'canary failed']),
    );
  });
});

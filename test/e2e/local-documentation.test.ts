import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available } from '../integration/tools.ts';
import {
  awsEnvironment,
  makeFolder,
  type RunningPipeline,
  repository,
  startPipelineProcess,
  waitForRecord,
} from './support.ts';

const run = promisify(execFile);
const hasAwsCli = available('aws');
const hasBoto3 = available('boto3');
const hasRclone = available('rclone');

let document: string;
let folder: { folder: string; remove: () => Promise<void> };
let pipeline: RunningPipeline;
beforeAll(async () => {
  document = await readFile(join(repository, 'docs', 'local.md'), 'utf8');
  folder = await makeFolder();
  pipeline = await startPipelineProcess(join(folder.folder, 'data'));
});
afterAll(async () => {
  await pipeline.crash();
  await folder.remove();
});

/** The block of docs/local.md that has some text, for the pipeline of this test. */
function block(language: string, text: string): string {
  const blocks = [...document.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))];
  const [, found = ''] = blocks.find(([, one = '']) => one.includes(text)) ?? [];
  expect(found).not.toBe('');
  return found
    .replaceAll('http://127.0.0.1:9000', pipeline.s3Url)
    .replaceAll('http://127.0.0.1:8000', pipeline.dynamodbUrl);
}

/** Nothing of the configuration of whoever runs the tests. */
const own = Object.entries(process.env).filter(([name]) => !/^(AWS|RCLONE)_/.test(name));
const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_DEFAULT_REGION } = awsEnvironment;
const keys = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_DEFAULT_REGION };
const inRepository = {
  cwd: repository,
  env: { ...Object.fromEntries(own), ...keys, RCLONE_CONFIG: '/dev/null', NO_PROXY: '127.0.0.1' },
};

describe('what docs/local.md shows', () => {
  it.skipIf(!hasAwsCli)('works with the AWS CLI', async () => {
    await run('bash', ['-ec', block('sh', 'aws s3 cp')], inRepository);
    expect(await waitForRecord(pipeline, 'from-aws.jpg')).toMatchObject({ status: 'tagged' });
  });

  it.skipIf(!hasBoto3)('works with boto3', async () => {
    const { stdout } = await run('python3', ['-c', block('python', 'boto3')], inRepository);
    expect(stdout).toContain('chelsea.png');
    expect(await waitForRecord(pipeline, 'from-boto3.png')).toMatchObject({ status: 'tagged' });
  });

  it('works with the SDK for JavaScript', async () => {
    // Packages are found from there.
    const program = join(repository, 'node_modules', `.cliptag-local-documentation-${process.pid}.mjs`);
    await writeFile(program, block('js', 'client-s3'));
    const { stdout } = await run(process.execPath, [program], inRepository).finally(() => rm(program));
    expect(stdout).toContain('chelsea.png');
    expect(await waitForRecord(pipeline, 'from-sdk.png')).toMatchObject({ status: 'tagged' });
  });

  it.skipIf(!hasRclone)('works with rclone', async () => {
    await run('bash', ['-ec', block('sh', 'rclone copy')], inRepository);
    expect(await waitForRecord(pipeline, 'from-rclone/china.jpg')).toMatchObject({ status: 'tagged' });
  });
});

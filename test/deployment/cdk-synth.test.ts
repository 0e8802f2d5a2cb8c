import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

const run = promisify(execFile);
const CDK = path.resolve('node_modules/aws-cdk/bin/cdk');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cliptag-synth-'));
});
afterEach(() => rm(folder, { recursive: true, maxRetries: 10 }));

/**
 * As on a machine with no AWS account: no credentials, no profile, an empty home, and a proxy that nobody serves. That
 * the CDK sends no telemetry either must come from cdk.json, not from this environment.
 */
function environmentWithoutAws(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK)_|proxy$/i.test(name));
  return {
    ...Object.fromEntries(kept),
    HOME: folder,
    AWS_EC2_METADATA_DISABLED: 'true',
    HTTPS_PROXY: 'http://127.0.0.1:9',
  };
}

function synthesize(...options: string[]) {
  const output = path.join(folder, 'cdk.out');
  return run(process.execPath, [CDK, 'synth', '--quiet', '--output', output, ...options], {
    env: environmentWithoutAws(),
  });
}

it('cdk synth needs no credentials and no network, and its rules find nothing to report', async () => {
  await synthesize(
    '-c',
    'bucket=photos-a',
    '-c',
    'prefix=a/',
    '-c',
    'model=embedded',
    '-c',
    'labels=models/labels',
  );
  const output = path.join(folder, 'cdk.out');
  expect(await readdir(output)).toContain('Cliptag.template.json');
  // Both cdk-nag's and CloudFormation's own findings would stand here, warnings too.
  const report = await readFile(path.join(output, 'validation-report.json'), 'utf8');
  expect(JSON.parse(report)).toMatchObject({ pluginReports: [] });
});

it('rejects faulty settings given on the command line, all in one error', async () => {
  // Without a model nothing is built for the sake of a failure.
  const faulty = ['maxReceiveCount=0', 'buckets=photos', 'model=none'];
  const failure = synthesize(...faulty.flatMap((setting) => ['-c', setting]));
  await expect(failure).rejects.toMatchObject({
    stderr: expect.stringMatching(
      /^CDK context:\n {2}- Expected one of the settings[^\n]*buckets[^\n]*\n {2}- Expected a whole number from 1 to 1000 for maxReceiveCount but received "0"\n/m,
    ),
  });
});

it('rejects a model and label sets that are not there with all other faults, before anything is deployed', async () => {
  // As the CDK's command line runs it.
  const context = { model: 'clip', labels: 'no-labels.yaml', batchSize: '0' };
  const env = { ...environmentWithoutAws(), CDK_CONTEXT_JSON: JSON.stringify(context) };
  const failure = run(process.execPath, ['--import', 'tsx', 'infra/app.ts'], { env });
  await expect(failure).rejects.toMatchObject({
    stderr: expect.stringMatching(
      /for batchSize but received "0"\n[\s\S]*there is none at clip, [\s\S]*models pull clip && [\s\S]*no-labels\.yaml: Expected a label set file/,
    ),
  });
});

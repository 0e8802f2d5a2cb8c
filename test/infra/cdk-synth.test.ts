import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

const run = promisify(execFile);
const CDK = path.resolve('node_modules/aws-cdk/bin/cdk');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'cliptag-synth-'));
});
afterEach(() => rm(directory, { recursive: true }));

/**
 * As on a machine with no AWS account: no credentials, no profile, an empty home, and a proxy that nobody serves. That
 * the CDK sends no telemetry either must come from cdk.json, not from this environment.
 */
function environmentWithoutAws(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK)_|proxy$/i.test(name));
  return {
    ...Object.fromEntries(kept),
    HOME: directory,
    AWS_EC2_METADATA_DISABLED: 'true',
    HTTPS_PROXY: 'http://127.0.0.1:9',
  };
}

function synthesize(...options: string[]) {
  const output = path.join(directory, 'cdk.out');
  return run(process.execPath, [CDK, 'synth', '--quiet', '--output', output, ...options], {
    env: environmentWithoutAws(),
  });
}

it('cdk synth needs no credentials and no network, and its rules find nothing to report', async () => {
  await synthesize();
  const output = path.join(directory, 'cdk.out');
  expect(await readdir(output)).toContain('Cliptag.template.json');
  // Both cdk-nag's and CloudFormation's own findings would stand here, warnings too.
  const report = await readFile(path.join(output, 'validation-report.json'), 'utf8');
  expect(JSON.parse(report)).toMatchObject({ pluginReports: [] });
});

it('rejects a faulty setting given on the command line', async () => {
  const failure = synthesize('-c', 'cliptag:maxReceiveCount=0');
  await expect(failure).rejects.toMatchObject({
    stderr: expect.stringContaining(
      'Expected a whole number from 1 to 1000 for cliptag:maxReceiveCount but received "0"',
    ),
  });
});

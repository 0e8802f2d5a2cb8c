import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

/** Runs it as `cdk synth` runs an app, from the sources; test/package/package.test.ts runs it with an installed package. */
it('the app that README shows synthesizes a tagger', async () => {
  const CDK_OUTDIR = await temporaryFolder();
  const context = JSON.stringify({ '@aws-cdk/core:validateAgainstDefaultRules': false });
  const app = 'test/fixtures/package/cdk-app.ts';
  await promisify(execFile)(process.execPath, ['--import', 'tsx', app], {
    env: { ...process.env, CDK_OUTDIR, CDK_CONTEXT_JSON: context },
  });
  const template = JSON.parse(await readFile(join(CDK_OUTDIR, 'Photos.template.json'), 'utf8'));
  const types = Object.values<{ Type: string }>(template.Resources).map(({ Type }) => Type);
  for (const [type, count] of [
    ['AWS::DynamoDB::Table', 1],
    ['AWS::Events::Rule', 1],
    ['AWS::S3::Bucket', 1],
    ['AWS::SQS::Queue', 2],
    ['AWS::StepFunctions::StateMachine', 2],
  ] as const) {
    expect(types.filter((one) => one === type)).toHaveLength(count);
  }
  expect(template.Outputs.TagTable.Value).toEqual({ Ref: expect.stringMatching(/^TaggerTagTable/) });
});

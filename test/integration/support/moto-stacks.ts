import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { App } from 'aws-cdk-lib';
import { ImageTaggingStack } from '../../../infra/image-tagging-stack.ts';
import { taggingImage } from '../../../infra/packaging/tagging-image.ts';
import { readSettings } from '../../../infra/settings.ts';
import type { MotoAccount } from './moto-account.ts';

/** Logical id → the id that CloudFormation chose. */
export type PhysicalIds = Readonly<Record<string, string>>;

export type MotoStacks = ReturnType<typeof motoStacks>;

/** Stacks of Cliptag in a moto account, synthesized below a folder. */
export function motoStacks(account: MotoAccount, folder: string) {
  /** Synthesizes a stack as infra/app.ts does; gives the folder to deploy from. */
  async function synthesize(stackName: string, labels: string, settings: Record<string, unknown> = {}) {
    const labelSet = join(folder, `${stackName}.yaml`);
    await writeFile(labelSet, `name: mine\nversion: 1\nmode: exclusive\nlabels: [${labels}]\n`);
    const outdir = await mkdtemp(join(folder, `${stackName}-`));
    const { context } = JSON.parse(await readFile('cdk.json', 'utf8'));
    const all = { ...context, ...settings };
    const app = new App({ outdir, context: all, builtinCloudFormationValidation: false });
    const image = await taggingImage({ model: 'embedded', labelSets: [labelSet], architecture: 'arm64' });
    new ImageTaggingStack(app, stackName, { settings: readSettings(app.node), image });
    app.synth();
    await keepAsMotoDoes(join(outdir, `${stackName}.template.json`));
    return outdir;
  }

  /** moto would delete what is to be kept unless its creation fails. */
  async function keepAsMotoDoes(template: string): Promise<void> {
    const text = await readFile(template, 'utf8');
    await writeFile(template, text.replaceAll('"RetainExceptOnCreate"', '"Retain"'));
  }

  const deploy = (from: string, ...forMoto: string[]) =>
    account.cdk('deploy', '--app', from, '--require-approval', 'never', ...forMoto);

  async function physicalIds(StackName: string): Promise<PhysicalIds> {
    const describe = new DescribeStackResourcesCommand({ StackName });
    const { StackResources = [] } = await new CloudFormationClient(account.client).send(describe);
    return Object.fromEntries(
      StackResources.map((one) => [one.LogicalResourceId ?? '', one.PhysicalResourceId ?? '']),
    );
  }

  async function imageTagOf(functionName: string): Promise<string | undefined> {
    const { Code } = await account.lambda<{ Code: { ImageUri: string } }>('GET', `functions/${functionName}`);
    return Code.ImageUri.split(':').at(-1);
  }

  return { synthesize, deploy, physicalIds, imageTagOf };
}

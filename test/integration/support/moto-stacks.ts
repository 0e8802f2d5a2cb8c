import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { App } from 'aws-cdk-lib';
import { ImageTaggingStack } from '../../../infra/image-tagging-stack.ts';
import { taggingImage } from '../../../infra/packaging/tagging-image.ts';
import { readSettings } from '../../../infra/read-settings.ts';
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
    const read = readSettings(app.node);
    const { architecture, api, packaging } = read;
    const image = await taggingImage({
      ...{ model: 'embedded', labelSets: [labelSet], architecture, api, packaging },
    });
    new ImageTaggingStack(app, stackName, { settings: read, image });
    app.synth();
    await adaptForMoto(join(outdir, `${stackName}.template.json`), account.id);
    return outdir;
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

interface ForwardingTemplate {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: ForwardingProperties }>
  >;
}
interface ForwardingProperties {
  readonly Name?: string;
  EventBusName?: string | { readonly Ref: string };
  readonly EventPattern?: { account?: readonly string[] };
}

/** Writes a template as moto reads it. */
async function adaptForMoto(path: string, account: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  // moto would delete what is to be kept unless its creation fails.
  const template: ForwardingTemplate = JSON.parse(text.replaceAll('"RetainExceptOnCreate"', '"Retain"'));
  for (const { Type, Properties = {} } of Object.values(template.Resources)) {
    if (Type !== 'AWS::Events::Rule' || typeof Properties.EventBusName !== 'object') continue;
    // It refers to a bus by its object, which no rule takes.
    Properties.EventBusName = template.Resources[Properties.EventBusName.Ref]?.Properties?.Name ?? '';
    // It tells the account that a forwarded event comes to, AWS the one that it comes from.
    if (Properties.EventPattern?.account) Properties.EventPattern.account = [account];
  }
  await writeFile(path, JSON.stringify(template));
}

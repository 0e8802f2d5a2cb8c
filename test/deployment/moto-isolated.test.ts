import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MotoAccount, openMotoAccount } from '../integration/support/moto-account.ts';
import { type MotoStacks, motoStacks, type PhysicalIds } from '../integration/support/moto-stacks.ts';
import { available } from '../integration/tools.ts';

/** What test/infra asserts of the template, here of what stands afterwards. moto knows no URLs of functions, so there is no API. */
const hasTools = available('moto_server') && available('aws');

const NAME = 'Changing';
/** The processor whose libraries are installed: those of another one are fetched first. */
const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';
const ISOLATED = { isolated: true, packaging: 'zip', architecture, thumbnails: true, resultEvents: true };

interface Endpoint {
  readonly ServiceName: string;
  readonly PolicyDocument: string;
}
interface DeployedFunction {
  readonly FunctionName: string;
  readonly PackageType: string;
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly VpcConfig?: {
    readonly SubnetIds: readonly string[];
    readonly SecurityGroupIds: readonly string[];
  };
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
}

describe.skipIf(!hasTools)('a stack on moto that becomes isolated, and an archive', () => {
  let account: MotoAccount;
  let folder: string;
  let stacks: MotoStacks;
  let before: PhysicalIds;
  let after: PhysicalIds;
  let from: string;
  beforeAll(async () => {
    account = await openMotoAccount();
    folder = await mkdtemp(join(tmpdir(), 'cliptag-isolated-'));
    stacks = motoStacks(account, folder);
    await account.bootstrap();
    const usual = await stacks.synthesize(NAME, 'cat, dog', { architecture });
    await stacks.deploy(usual, '--method', 'direct');
    before = await stacks.physicalIds(NAME);
    from = await stacks.synthesize(NAME, 'cat, dog', ISOLATED);
    await stacks.deploy(from, '--method', 'direct', '--no-previous-parameters');
    after = await stacks.physicalIds(NAME);
  });
  afterAll(async () => {
    await account?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  const idsOf = (ids: PhysicalIds, pattern: RegExp) =>
    Object.entries(ids).flatMap(([name, id]) => (pattern.test(name) ? [id] : []));
  const ec2 = <Answer>(...parameters: string[]) => account.aws<Answer>('ec2', ...parameters);
  async function functions(): Promise<readonly DeployedFunction[]> {
    const listed = await account.lambda<{ Functions: DeployedFunction[] }>('GET', 'functions/');
    return listed.Functions.filter(({ FunctionName }) => FunctionName.startsWith(NAME));
  }

  it('keeps its table, queues and bucket', () => {
    const kept = /^Tagger(TagTable|UploadQueue(DeadLetterQueue)?|UploadsBucket)[0-9A-F]{8}$/;
    expect(idsOf(before, kept)).toHaveLength(4);
    expect(idsOf(after, kept)).toEqual(idsOf(before, kept));
  });

  it('has a network with no gateway to the internet, and routes to its endpoints alone', async () => {
    const [vpc] = idsOf(after, /^NetworkVpc[0-9A-F]{8}$/);
    expect(idsOf(before, /^Network/)).toEqual([]);
    const { InternetGateways } = await ec2<{ InternetGateways: unknown[] }>('describe-internet-gateways');
    const { NatGateways } = await ec2<{ NatGateways: unknown[] }>('describe-nat-gateways');
    expect([...InternetGateways, ...NatGateways]).toEqual([]);
    const filter = ['--filters', `Name=vpc-id,Values=${vpc}`];
    const { RouteTables } = await ec2<{ RouteTables: { Routes: { GatewayId: string }[] }[] }>(
      ...['describe-route-tables', ...filter],
    );
    const gateways = RouteTables.flatMap(({ Routes }) => Routes.map(({ GatewayId }) => GatewayId));
    expect(new Set(gateways)).toEqual(
      new Set(['local', ...idsOf(after, /^NetworkVpc(S3|DynamoDb)[0-9A-F]{8}$/)]),
    );
    const { FlowLogs } = await ec2<{ FlowLogs: unknown[] }>('describe-flow-logs');
    expect(FlowLogs).toEqual([expect.objectContaining({ ResourceId: vpc, TrafficType: 'REJECT' })]);
  });

  it('has endpoints that lead to its own parts, by the names that they got', async () => {
    const { VpcEndpoints } = await ec2<{ VpcEndpoints: Endpoint[] }>('describe-vpc-endpoints');
    const policies = Object.fromEntries(
      VpcEndpoints.map(({ ServiceName, PolicyDocument }) => [
        ServiceName.split('.').at(-1),
        // moto gives it as Python writes it.
        JSON.parse(PolicyDocument.replaceAll("'", '"')).Statement[0],
      ]),
    );
    const arns = (pattern: RegExp, arn: (id: string) => string[]) => idsOf(after, pattern).flatMap(arn);
    const inAccount = (service: string, resource: string) =>
      `arn:aws:${service}:${account.client.region}:${account.id}:${resource}`;
    const resources = {
      s3: arns(/^Tagger(UploadsBucket|Thumbnails)/, (id) => [`arn:aws:s3:::${id}`, `arn:aws:s3:::${id}/*`]),
      dynamodb: arns(/^TaggerTagTable/, (id) => [
        inAccount('dynamodb', `table/${id}`),
        inAccount('dynamodb', `table/${id}/index/*`),
      ]),
      sqs: arns(/^TaggerUploadQueue(DeadLetterQueue)?[0-9A-F]{8}$/, (url) => [
        inAccount('sqs', url.split('/').at(-1) ?? ''),
      ]),
      events: [inAccount('events', 'event-bus/default')],
    };
    expect(Object.keys(policies).sort()).toEqual(Object.keys(resources).sort());
    for (const [service, expected] of Object.entries(resources)) {
      expect([policies[service].Resource].flat().sort()).toEqual(expected.sort());
      expect(policies[service].Condition).toEqual({
        StringEquals: { 'aws:PrincipalAccount': account.id },
      });
    }
  });

  it('has all its functions there, as archives on Lambda’s own runtime', async () => {
    const found = await functions();
    expect(found).toHaveLength(3);
    const subnets = idsOf(after, /^NetworkVpcFunctionsSubnet\dSubnet/);
    const groups = idsOf(after, /^NetworkFunctionGroup/);
    expect([subnets.length, groups.length]).toEqual([2, 1]);
    for (const one of found) {
      expect(one).toMatchObject({ PackageType: 'Zip', Runtime: 'nodejs24.x' });
      expect(one.VpcConfig).toMatchObject({ SubnetIds: subnets, SecurityGroupIds: groups });
    }
    const handlers = found.map(({ Handler }) => Handler).sort();
    expect(handlers).toEqual(['handler.handler', 'handler.handler', 'retag.handler']);
    const tagging = found.find(({ FunctionName }) => FunctionName.includes('TaggingFunction'));
    expect(tagging?.Environment.Variables).toMatchObject({
      MODEL_FOLDER: '/var/task/model',
      CLASSIFIER_FOLDER: '/var/task/classifiers',
      TABLE_NAME: idsOf(after, /^TaggerTagTable/)[0],
      THUMBNAIL_BUCKET: idsOf(after, /^TaggerThumbnails/)[0],
    });
  });

  it('leaves the table and the buckets when it is destroyed', async () => {
    await removeForMoto();
    await account.cdk('destroy', NAME, '--force', '--app', from);
    expect(await functions()).toEqual([]);
    const dynamodb = new DynamoDBClient(account.client);
    const { TableNames } = await dynamodb.send(new ListTablesCommand());
    dynamodb.destroy();
    expect(TableNames).toEqual(idsOf(before, /^TaggerTagTable/));
    const [vpc] = idsOf(after, /^NetworkVpc[0-9A-F]{8}$/);
    const { Vpcs } = await ec2<{ Vpcs: { VpcId: string }[] }>('describe-vpcs');
    expect(Vpcs.map(({ VpcId }) => VpcId)).not.toContain(vpc);
  });

  /** moto's CloudFormation removes neither endpoints nor tables of routes, and no network that has any. */
  async function removeForMoto(): Promise<void> {
    const endpoints = idsOf(after, /^NetworkVpc(S3|DynamoDb|Sqs|Events)[0-9A-F]{8}$/);
    await ec2('delete-vpc-endpoints', '--vpc-endpoint-ids', ...endpoints);
    const tables = idsOf(after, /^NetworkVpcFunctionsSubnet\dRouteTable[0-9A-F]{8}$/);
    const { RouteTables } = await ec2<{
      RouteTables: { Associations: { RouteTableAssociationId: string }[] }[];
    }>('describe-route-tables', '--route-table-ids', ...tables);
    for (const { RouteTableAssociationId } of RouteTables.flatMap(({ Associations }) => Associations))
      await ec2('disassociate-route-table', '--association-id', RouteTableAssociationId);
    for (const table of tables) await ec2('delete-route-table', '--route-table-id', table);
  }
});

import { Validations } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { newApp, stackWith, templateWith } from './tagger-template.ts';

const ENDPOINT = 'AWS::EC2::VPCEndpoint';
const ALL = { isolated: true, api: true, resultEvents: true, thumbnails: true };

interface Endpoint {
  readonly ServiceName: unknown;
  readonly PolicyDocument: { Statement: Record<string, unknown>[] };
}

/** The statements of each endpoint's policy, by the name of its service. */
function policies(template: Template): ReadonlyMap<string, Record<string, unknown>[]> {
  const endpoints = Object.values(template.findResources(ENDPOINT)).map(
    ({ Properties }) => Properties as Endpoint,
  );
  const service = (name: unknown) => /\.([\w-]+)"\]?\]?\}?$/.exec(JSON.stringify(name))?.[1] ?? '';
  return new Map(
    endpoints.map(({ ServiceName, PolicyDocument }) => [service(ServiceName), PolicyDocument.Statement]),
  );
}

describe('a stack that is isolated', () => {
  it('is not by default', () => {
    templateWith().resourceCountIs('AWS::EC2::VPC', 0);
  });

  it('has no way to the internet', () => {
    const template = templateWith(ALL);
    for (const type of ['InternetGateway', 'NatGateway', 'EIP', 'VPCPeeringConnection', 'Route'])
      template.resourceCountIs(`AWS::EC2::${type}`, 0);
    template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
    const groups = Object.values(template.findResources('AWS::EC2::SecurityGroup'));
    const rules = groups.flatMap(({ Properties }) => Properties.SecurityGroupEgress);
    expect(rules.map(({ CidrIp, FromPort, ToPort }) => [CidrIp, FromPort, ToPort])).toContainEqual([
      '0.0.0.0/0',
      443,
      443,
    ]);
    expect(groups.flatMap(({ Properties }) => Properties.SecurityGroupIngress ?? [])).toEqual([]);
  });

  it('has every function of the tagger in it', () => {
    const template = templateWith(ALL);
    const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
    expect(functions).toHaveLength(4);
    for (const [, { Properties }] of functions) {
      expect(Properties.VpcConfig.SubnetIds).toHaveLength(2);
      expect(Properties.VpcConfig.SecurityGroupIds).toHaveLength(1);
    }
  });

  it('leads to its own buckets, table, queues, bus and stream, for roles of its account', () => {
    const found = policies(templateWith(ALL));
    expect([...found.keys()].sort()).toEqual(['dynamodb', 'dynamodb-streams', 'events', 's3', 'sqs']);
    for (const statements of found.values()) {
      expect(statements).toHaveLength(1);
      const [statement] = statements;
      expect(statement).toMatchObject({
        ...{ Effect: 'Allow', Principal: { AWS: '*' } },
        Condition: { StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } },
      });
      expect(JSON.stringify(statement?.Resource)).not.toMatch(/"\*"|:::\*/);
    }
    const buckets = JSON.stringify(found.get('s3')?.[0]?.Resource);
    for (const name of ['TaggerUploadsBucket', 'TaggerThumbnails', 'TaggerApiSearchSnapshots'])
      expect(buckets).toContain(name);
    expect(JSON.stringify(found.get('dynamodb')?.[0]?.Resource)).toContain('TaggerTagTable');
  });

  it('pays for no endpoint that nothing uses', () => {
    expect([...policies(templateWith({ isolated: true })).keys()].sort()).toEqual(['dynamodb', 's3', 'sqs']);
    const indexed = policies(templateWith({ isolated: true, api: true, vectorIndex: true }));
    expect([...indexed.keys()].sort()).toEqual(['dynamodb', 's3', 'sqs']);
  });

  it('tells the API by which name streams are reached there, since they have no private one', () => {
    const template = templateWith(ALL);
    template.hasResourceProperties(ENDPOINT, {
      ServiceName: Match.objectLike({}),
      PrivateDnsEnabled: false,
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          AWS_ENDPOINT_URL_DYNAMODB_STREAMS: { 'Fn::Join': ['', ['https://', Match.anyValue()]] },
        },
      },
    });
  });

  it('leaves nothing behind but what is kept, and has its log encrypted with the key of the others', () => {
    const key = 'arn:aws:kms:us-east-1:123456789012:key/1';
    const template = templateWith({ ...ALL, canary: true, dataKey: key });
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: key });
    const resources: Record<string, { Type: string; DeletionPolicy?: string }> = template.toJSON().Resources;
    const kept = Object.values(resources).filter(({ DeletionPolicy = '' }) =>
      DeletionPolicy.startsWith('Retain'),
    );
    expect(new Set(kept.map(({ Type }) => Type))).toEqual(
      new Set(['AWS::DynamoDB::Table', 'AWS::S3::Bucket']),
    );
  });

  it('breaks no rule of cdk-nag', () => {
    const app = newApp(ALL);
    stackWith(ALL, app);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });
});

import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { AnyBucket, AnyTable } from '../../options/image-tagger-props.ts';
import { grantSending } from '../compute/data-key-grants.ts';
import { allowNetwork, type FunctionNetwork } from '../compute/function-network.ts';

export interface FeederAccess {
  readonly table: AnyTable;
  readonly tableKey?: IKey | undefined;
  /** What queue and log are encrypted with. */
  readonly dataKey?: IKey | undefined;
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  readonly logGroup: LogGroup;
  readonly network: FunctionNetwork;
}

/** The role of the feeding function: it looks at image records, sends to the queue, and logs. */
export function feederRole(scope: Construct, access: FeederAccess): Role {
  const { table, tableKey, dataKey, queue, deadLetterQueue, logGroup, network } = access;
  const role = new Role(scope, 'FeederRole', {
    description: 'Sends listed objects that are not tagged yet to the queue',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  logGroup.grantWrite(role);
  allowNetwork(role, network);
  role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:BatchGetItem'], resources: [table.tableArn] }));
  role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
  role.addToPolicy(
    new PolicyStatement({
      actions: ['sqs:GetQueueAttributes'],
      resources: [queue.queueArn, deadLetterQueue.queueArn],
    }),
  );
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  tableKey?.grant(role, 'kms:Decrypt', 'kms:DescribeKey');
  grantSending(dataKey, role);
  return role;
}

export interface WorkflowAccess {
  readonly buckets: readonly AnyBucket[];
  readonly feeder: LambdaFunction;
  readonly tracing: boolean;
}

/** The role of the workflow: it lists the buckets and calls the feeding function. */
export function workflowRole(scope: Construct, access: WorkflowAccess): Role {
  const { buckets, feeder, tracing } = access;
  const role = new Role(scope, 'WorkflowRole', {
    description: 'Lists the buckets and feeds their objects to the queue',
    assumedBy: new ServicePrincipal('states.amazonaws.com'),
  });
  allowListing(role, buckets);
  role.addToPolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [feeder.functionArn] }),
  );
  // https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html
  if (tracing) {
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'xray:PutTraceSegments',
          'xray:PutTelemetryRecords',
          'xray:GetSamplingRules',
          'xray:GetSamplingTargets',
        ],
        resources: ['*'],
      }),
    );
  }
  return role;
}

export function allowListing(role: Role, buckets: readonly AnyBucket[]): void {
  role.addToPolicy(
    new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: buckets.map(({ bucketArn }) => bucketArn),
    }),
  );
}

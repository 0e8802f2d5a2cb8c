import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { AnyBucket } from '../intake/bucket-events.ts';
import type { TagTable } from '../tag-table.ts';

export interface FeederAccess {
  readonly tagTable: TagTable;
  readonly tableKey?: IKey | undefined;
  readonly queue: Queue;
  readonly logGroup: LogGroup;
}

/** What the feeding function acts as: it looks at image records, sends to the queue, and logs. */
export function feederRole(scope: Construct, { tagTable, tableKey, queue, logGroup }: FeederAccess): Role {
  const role = new Role(scope, 'FeederRole', {
    description: 'Sends listed objects that are not tagged yet to the queue',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  logGroup.grantWrite(role);
  role.addToPolicy(
    new PolicyStatement({ actions: ['dynamodb:BatchGetItem'], resources: [tagTable.table.tableArn] }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ['sqs:SendMessage', 'sqs:GetQueueAttributes'],
      resources: [queue.queueArn],
    }),
  );
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  tableKey?.grant(role, 'kms:Decrypt', 'kms:DescribeKey');
  return role;
}

export interface WorkflowAccess {
  readonly buckets: readonly AnyBucket[];
  readonly feeder: LambdaFunction;
  readonly tracing: boolean;
}

/** What the workflow acts as: it lists the buckets and calls the feeding function. */
export function workflowRole(scope: Construct, { buckets, feeder, tracing }: WorkflowAccess): Role {
  const role = new Role(scope, 'WorkflowRole', {
    description: 'Lists the buckets and feeds their objects to the queue',
    assumedBy: new ServicePrincipal('states.amazonaws.com'),
  });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: buckets.map(({ bucketArn }) => bucketArn),
    }),
  );
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

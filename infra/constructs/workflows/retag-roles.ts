import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { AnyTable } from '../../options/image-tagger-props.ts';
import { allowNetwork, type FunctionNetwork } from '../compute/function-network.ts';

export interface RetagAccess {
  readonly table: AnyTable;
  readonly tableKey?: IKey | undefined;
  readonly logGroup: LogGroup;
  readonly network: FunctionNetwork;
}

/** The role of the retagging function: it reads and writes the table, and logs. It needs no bucket and no queue. */
export function retagRole(scope: Construct, { table, tableKey, logGroup, network }: RetagAccess): Role {
  const role = new Role(scope, 'WorkerRole', {
    description: 'Tags images anew from their stored embeddings',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  logGroup.grantWrite(role);
  allowNetwork(role, network);
  const actions = [
    // Reads the segment and its progress, the images behind label entries, and what the segments have found.
    ...['Scan', 'GetItem', 'BatchGetItem', 'Query'],
    ...['PutItem', 'UpdateItem', 'DeleteItem'],
  ];
  role.addToPolicy(
    new PolicyStatement({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [table.tableArn],
    }),
  );
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  tableKey?.grant(role, 'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey');
  return role;
}

/** The role of the workflow: it calls the retagging function. */
export function retagWorkflowRole(scope: Construct, worker: LambdaFunction, tracing: boolean): Role {
  const role = new Role(scope, 'WorkflowRole', {
    description: 'Has the segments of the tag table retagged',
    assumedBy: new ServicePrincipal('states.amazonaws.com'),
  });
  role.addToPolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [worker.functionArn] }),
  );
  if (!tracing) return role;
  // https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html
  const actions = [
    ...['PutTraceSegments', 'PutTelemetryRecords'],
    ...['GetSamplingRules', 'GetSamplingTargets'],
  ].map((action) => `xray:${action}`);
  role.addToPolicy(new PolicyStatement({ actions, resources: ['*'] }));
  return role;
}

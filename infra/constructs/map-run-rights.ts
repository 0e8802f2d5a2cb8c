import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { explainWildcard } from './explained-wildcard.ts';

/**
 * A Distributed Map runs its items as executions of its own workflow:
 * https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
 *
 * A policy apart from the role's: it names the workflow, which is made after its role.
 */
export function allowMapRuns(scope: Construct, role: Role, workflow: StateMachine, mapLabel: string): void {
  const executions = executionArn(workflow, workflow.stateMachineName);
  const mapRuns = executionArn(workflow, `${workflow.stateMachineName}/${mapLabel}`);
  const policy = new Policy(scope, 'MapRunsPolicy', {
    statements: [
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [workflow.stateMachineArn] }),
      new PolicyStatement({
        actions: ['states:DescribeExecution', 'states:StopExecution'],
        resources: [executions],
      }),
      new PolicyStatement({ actions: ['states:RedriveExecution'], resources: [mapRuns] }),
    ],
  });
  policy.attachToRole(role);
  const reason =
    'Executions of this workflow alone: Step Functions names those of its map when it starts them';
  for (const arn of [executions, mapRuns]) explainWildcard(policy, arn, reason);
}

function executionArn(workflow: StateMachine, name: string): string {
  return Stack.of(workflow).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${name}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import {
  type DefinitionBody,
  type DistributedMap,
  type IChainable,
  JitterType,
  ProcessorMode,
  ProcessorType,
  type RetryProps,
  StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { explainWildcard } from '../compute/explained-wildcard.ts';

/** Any fault of a function is tried again for some four minutes. */
export const FAULT_RETRY: RetryProps = {
  errors: ['States.ALL'],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxDelay: Duration.seconds(60),
  maxAttempts: 8,
  jitterStrategy: JitterType.FULL,
};

/** Has a Distributed Map run `work` for each of its items, as an execution of its own. */
export function runForEach(map: DistributedMap, work: IChainable): void {
  // Express workflows last five minutes at most, and both waiting for the queue and a large segment may take longer.
  map.itemProcessor(work, { mode: ProcessorMode.DISTRIBUTED, executionType: ProcessorType.STANDARD });
  Validations.of(map).acknowledge({
    id: '@aws-cdk/aws-stepfunctions:propertyIgnored',
    reason: 'The CDK ignores executionType in favour of its own default, the same, but refuses to go without',
  });
}

export interface MapWorkflowProps {
  readonly comment: string;
  readonly definition: DefinitionBody;
  readonly role: Role;
  /** Names its Distributed Map in the ARNs of the map's runs. */
  readonly mapLabel: string;
  readonly tracing: boolean;
}

/** Adds a workflow with one Distributed Map, which may do what that takes besides what its role says. */
export function addMapWorkflow(scope: Construct, id: string, props: MapWorkflowProps): StateMachine {
  const { comment, definition, role, mapLabel, tracing } = props;
  const workflow = new StateMachine(scope, id, {
    comment,
    definitionBody: definition,
    // The CDK would let it call every version of the function, and list every bucket.
    role: role.withoutPolicyUpdates(),
    tracingEnabled: tracing,
  });
  // The CDK would have added this to the role. It stands in no template, but the rules look at it.
  workflow.node.tryRemoveChild('DistributedMapPolicy');
  allowMapRuns(scope, role, workflow, mapLabel);
  explain(scope, workflow, tracing);
  return workflow;
}

function explain(scope: Construct, workflow: StateMachine, tracing: boolean): void {
  Validations.of(workflow).acknowledge({
    id: 'AwsSolutions-SF1',
    reason:
      'Step Functions keeps the history of each run for 90 days, and the function logs its part; delivering it to a log takes rights over the log deliveries of the whole account',
  });
  if (tracing) explainWildcard(scope, '*', 'X-Ray’s actions know no resources');
  else {
    Validations.of(workflow).acknowledge({
      id: 'AwsSolutions-SF2',
      reason: 'Tracing costs per trace; the option tracing switches it on',
    });
  }
}

/**
 * A Distributed Map runs its items as executions of its own workflow:
 * https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
 *
 * This is a policy apart from the role, since it names the workflow, which is made after its role.
 */
function allowMapRuns(scope: Construct, role: Role, workflow: StateMachine, mapLabel: string): void {
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

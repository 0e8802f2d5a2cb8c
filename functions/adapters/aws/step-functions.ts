import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineCommand,
  ListMapRunsCommand,
  paginateListExecutions,
  SFNClient,
  type SFNClientConfig,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { awsClientDefaults } from './aws-client-defaults.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

/** One run of a workflow. */
export interface WorkflowRun {
  readonly arn: string;
  readonly name: string;
  /** In Step Functions' own words: RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE. */
  readonly status: string;
  readonly startedAt: Date;
  /** Only when it has succeeded. */
  readonly output?: unknown;
  /** Only when it has failed. */
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** How far the Distributed Map of a run is, in numbers of items. */
export interface MapProgress {
  readonly succeeded: number;
  /** Items that failed after all retries or were stopped. */
  readonly failed: number;
  readonly waiting: number;
}

/** A Standard workflow of Step Functions, as its user sees it. */
export interface Workflow {
  /** The definition in the Amazon States Language. */
  definition(): Promise<unknown>;
  /** The runs of the last 90 days, newest first. */
  runs(): AsyncIterable<WorkflowRun>;
  /** Starts a run, unless one with this name and input is under way. Gives its ARN. */
  start(name: string, input: unknown): Promise<string>;
  run(arn: string): Promise<WorkflowRun>;
  /** Undefined until the run's map has begun. */
  mapProgress(arn: string): Promise<MapProgress | undefined>;
}

/** Every method throws the SDK's exceptions. */
export function stepFunctionsWorkflow(
  stateMachineArn: string,
  config: Pick<SFNClientConfig, 'endpoint' | 'region' | 'credentials'> = {},
): Workflow {
  const client = new SFNClient({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  return {
    async definition() {
      const { definition = '' } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
      return JSON.parse(definition);
    },
    async *runs() {
      for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn })) {
        for (const { executionArn = '', name = '', status = '', startDate } of executions) {
          yield { arn: executionArn, name, status, startedAt: startDate ?? new Date(0) };
        }
      }
    },
    async start(name, input) {
      const request = { stateMachineArn, name, input: JSON.stringify(input) };
      const { executionArn = '' } = await client.send(new StartExecutionCommand(request));
      return executionArn;
    },
    async run(arn) {
      const found = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
      const { name = '', status = '', startDate, output, error, cause } = found;
      const told = output === undefined ? {} : { output: JSON.parse(output) as unknown };
      return { arn, name, status, startedAt: startDate ?? new Date(0), ...told, error, cause };
    },
    mapProgress: (arn) => mapProgress(client, arn),
  };
}

async function mapProgress(client: SFNClient, executionArn: string): Promise<MapProgress | undefined> {
  const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
  const [newest] = mapRuns;
  if (!newest?.mapRunArn) return undefined;
  const { itemCounts } = await client.send(new DescribeMapRunCommand({ mapRunArn: newest.mapRunArn }));
  const { succeeded = 0, failed = 0, timedOut = 0, aborted = 0, pending = 0, running = 0 } = itemCounts ?? {};
  return { succeeded, failed: failed + timedOut + aborted, waiting: pending + running };
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { MotoAccount } from './moto-account.ts';

/** moto has a Step Functions of its own in each. */
const REGIONS = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'],
  ...['eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-north-1', 'eu-south-1'],
  ...['ap-south-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-southeast-1', 'ap-southeast-2'],
];

/**
 * Step Functions, as far as who starts an execution and waits for its end can tell. Once a map has run, moto can start
 * nothing more in the same region (it copies locks): here each execution gets the workflow in a region of its own.
 */
export async function startWorkflowEndpoint(
  { client, id }: MotoAccount,
  definition: object,
): Promise<{ readonly url: string; readonly stateMachineArn: string; close(): void }> {
  const startedBy = new Map<string, SFNClient>();
  const unused = REGIONS.values();

  async function start({ name, input }: Record<string, string>): Promise<object> {
    const sfn = new SFNClient({ ...client, region: unused.next().value ?? '' });
    const roleArn = `arn:aws:iam::${id}:role/workflow`;
    const machine = { name: 'workflow', definition: JSON.stringify(definition), roleArn };
    const { stateMachineArn } = await sfn.send(new CreateStateMachineCommand(machine));
    const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    startedBy.set(executionArn, sfn);
    return { executionArn, startDate: 0 };
  }

  async function describe({ executionArn = '' }: Record<string, string>): Promise<object> {
    const found = await startedBy.get(executionArn)?.send(new DescribeExecutionCommand({ executionArn }));
    const { status, output, error, cause } = found ?? {};
    return { executionArn, status, output, error, cause, startDate: 0 };
  }

  const actions: Readonly<Record<string, typeof start>> = {
    StartExecution: start,
    DescribeExecution: describe,
  };
  const server = createServer(async (incoming, response) => {
    const act = actions[String(incoming.headers['x-amz-target']).split('.')[1] ?? ''];
    const told = await act?.(JSON.parse(await text(incoming))).catch((error: Error) => error);
    const status = told instanceof Error ? 400 : 200;
    const body = told instanceof Error ? { __type: told.name, message: told.message } : told;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('Expected a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    stateMachineArn: `arn:aws:states:${client.region}:${id}:stateMachine:workflow`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

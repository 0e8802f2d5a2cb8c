import { describe, expect, it } from 'vitest';
import { stepFunctionsWorkflow } from '../../../../functions/adapters/aws/step-functions.ts';
import { scriptedServer } from '../../../fixtures/scripted-server.ts';
import { collected } from '../../core/truth-keeper.ts';

const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:backfill';
const RUN = `${MACHINE.replace('stateMachine', 'execution')}:one`;
/** As the service writes times: seconds since 1970. */
const STARTED = 1_796_040_000;
const startedAt = new Date(STARTED * 1_000);

async function workflowThat(...answers: object[]) {
  const server = await scriptedServer((_, count) => ({ body: answers[count] }));
  const asked = () => server.requests.map(({ operation, body }) => [operation, JSON.parse(body)]);
  return { workflow: stepFunctionsWorkflow(MACHINE, server.client), asked };
}

describe('a workflow', () => {
  it('gives its definition', async () => {
    const { workflow, asked } = await workflowThat({ definition: '{"StartAt":"List"}' });
    expect(await workflow.definition()).toEqual({ StartAt: 'List' });
    expect(asked()).toEqual([['DescribeStateMachine', { stateMachineArn: MACHINE }]]);
  });

  it('gives its runs, from every page', async () => {
    const execution = (name: string) => ({
      ...{ name, executionArn: `arn:${name}`, status: 'SUCCEEDED', startDate: STARTED },
    });
    const { workflow, asked } = await workflowThat(
      { executions: [execution('two')], nextToken: 'more' },
      { executions: [], nextToken: 'and more' },
      { executions: [execution('one'), {}] },
    );
    expect(await collected(workflow.runs())).toEqual([
      { arn: 'arn:two', name: 'two', status: 'SUCCEEDED', startedAt },
      { arn: 'arn:one', name: 'one', status: 'SUCCEEDED', startedAt },
      { arn: '', name: '', status: '', startedAt: new Date(0) },
    ]);
    expect(asked()).toEqual([
      ['ListExecutions', { stateMachineArn: MACHINE }],
      ['ListExecutions', { stateMachineArn: MACHINE, nextToken: 'more' }],
      ['ListExecutions', { stateMachineArn: MACHINE, nextToken: 'and more' }],
    ]);
  });

  it('starts a run by name and input', async () => {
    const { workflow, asked } = await workflowThat({ executionArn: RUN, startDate: STARTED });
    expect(await workflow.start('one', { bucket: 'photos' })).toBe(RUN);
    expect(asked()).toEqual([
      ['StartExecution', { stateMachineArn: MACHINE, name: 'one', input: '{"bucket":"photos"}' }],
    ]);
  });
});

describe('a run', () => {
  const found = { name: 'one', startDate: STARTED };

  it('that has succeeded has an output', async () => {
    const { workflow, asked } = await workflowThat({ ...found, status: 'SUCCEEDED', output: '{"images":7}' });
    expect(await workflow.run(RUN)).toEqual({
      ...{ arn: RUN, name: 'one', status: 'SUCCEEDED', startedAt, output: { images: 7 } },
    });
    expect(asked()).toEqual([['DescribeExecution', { executionArn: RUN }]]);
  });

  it('that has failed has an error, and no output', async () => {
    const { workflow } = await workflowThat({ ...found, status: 'FAILED', error: 'E', cause: 'C' });
    const run = await workflow.run(RUN);
    expect(run).toMatchObject({ status: 'FAILED', error: 'E', cause: 'C' });
    expect(run).not.toHaveProperty('output');
  });

  it('of which little is known is told with nothing instead', async () => {
    const { workflow } = await workflowThat({});
    expect(await workflow.run(RUN)).toMatchObject({ name: '', status: '', startedAt: new Date(0) });
  });
});

describe('the progress of a map', () => {
  it('counts what is done, what failed or was stopped, and what waits', async () => {
    const { workflow, asked } = await workflowThat(
      { mapRuns: [{ mapRunArn: 'newest' }, { mapRunArn: 'older' }] },
      {
        itemCounts: {
          ...{ succeeded: 1, failed: 2, timedOut: 4, aborted: 8, pending: 16, running: 32, total: 63 },
        },
      },
    );
    expect(await workflow.mapProgress(RUN)).toEqual({ succeeded: 1, failed: 14, waiting: 48 });
    expect(asked()).toEqual([
      ['ListMapRuns', { executionArn: RUN }],
      ['DescribeMapRun', { mapRunArn: 'newest' }],
    ]);
  });

  it('is nothing yet where it has begun and counts nothing', async () => {
    const { workflow } = await workflowThat({ mapRuns: [{ mapRunArn: 'newest' }] }, {});
    expect(await workflow.mapProgress(RUN)).toEqual({ succeeded: 0, failed: 0, waiting: 0 });
  });

  it.each([{}, { mapRuns: [] }, { mapRuns: [{}] }])('is unknown until it has begun: %j', async (answer) => {
    const { workflow } = await workflowThat(answer);
    expect(await workflow.mapProgress(RUN)).toBeUndefined();
  });
});

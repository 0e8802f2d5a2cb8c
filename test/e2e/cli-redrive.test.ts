import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type MessageMoves, startMessageMoves } from '../fixtures/message-moves.ts';
import { type MotoAccount, openMotoAccount } from '../integration/support/moto-account.ts';
import { available } from '../integration/tools.ts';
import { COMPILED_CLI, jsonLines, runCli } from './support/cli-process.ts';

/** moto has the queues and the stack; it has no message moves, which a stand-in makes over moto's queues. */
const hasMoto = available('moto_server');
// Python's programs take seconds to start, and many times that on a busy machine.
vi.setConfig({ hookTimeout: 300_000, testTimeout: 300_000 });

const created = (key: string) =>
  JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        eventTime: '2026-11-24T08:00:00.000Z',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: 'photos' }, object: { key, size: 1, eTag: 'e', sequencer: '01' } },
      },
    ],
  });

describe.skipIf(!hasMoto)('cliptag redrive of a deployed stack', () => {
  let account: MotoAccount;
  let moves: MessageMoves;
  let sqs: SQSClient;
  let env: NodeJS.ProcessEnv;
  let queueUrl = '';
  let deadLetterQueueUrl = '';
  beforeAll(async () => {
    account = await openMotoAccount();
    const { client } = account;
    sqs = new SQSClient(client);
    moves = await startMessageMoves(client);
    const create = async (QueueName: string) =>
      (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
    queueUrl = await create('uploads');
    deadLetterQueueUrl = await create('dead-letters');
    const outputs = {
      UploadQueueUrl: queueUrl,
      DeadLetterQueueUrl: deadLetterQueueUrl,
    };
    const Outputs = Object.fromEntries(Object.entries(outputs).map(([name, Value]) => [name, { Value }]));
    const TemplateBody = JSON.stringify({ Resources: { Topic: { Type: 'AWS::SNS::Topic' } }, Outputs });
    await new CloudFormationClient(client).send(
      new CreateStackCommand({ StackName: 'Cliptag', TemplateBody }),
    );
    env = {
      ...process.env,
      ...account.env,
      AWS_ENDPOINT_URL_SQS: moves.url,
    };
  });
  afterAll(async () => {
    await moves?.close();
    await account?.close();
  });
  beforeEach(async () => {
    moves.pausesAfter = Infinity;
    for (const QueueUrl of [queueUrl, deadLetterQueueUrl])
      await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  });

  async function send(...bodies: string[]): Promise<void> {
    for (const MessageBody of bodies) {
      await sqs.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody }));
    }
  }

  async function depth(QueueUrl: string): Promise<number> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
    );
    return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  }

  const redrive = (...args: string[]) => runCli(['redrive', '--stack', 'Cliptag', ...args], { env });

  it('says what lies there, and moves nothing unless it is told to', async () => {
    await send(created('a.jpg'), created('b%20c.jpg'), '<html>');
    const ErrorMessage = { DataType: 'String', StringValue: 'no permission' };
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: deadLetterQueueUrl,
        MessageBody: created('d.jpg'),
        MessageAttributes: { ERROR_MESSAGE: ErrorMessage },
      }),
    );
    const result = await redrive('--dry-run', '--json');
    expect([result.code, result.stderr]).toEqual([0, '']);
    const [plan, ...more] = jsonLines<{ deadLetters: number; sample: { reason: string }[] }>(result);
    expect(more).toEqual([]);
    const letter = (objects: string[], reason: unknown) => ({
      messageId: expect.any(String),
      receiveCount: 1,
      sentAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT.*Z$/),
      objects,
      reason,
    });
    expect(plan).toEqual({
      step: 'plan',
      deadLetters: 4,
      sample: [
        letter(['s3://photos/a.jpg'], null),
        letter(['s3://photos/b c.jpg'], null),
        letter([], 'Expected a JSON document but received "<html>"'),
        letter(['s3://photos/d.jpg'], 'EventBridge could not deliver it: no permission'),
      ],
    });
    expect([await depth(deadLetterQueueUrl), await depth(queueUrl), moves.started]).toEqual([4, 0, []]);
  });

  it('moves all of them back to the queue that it names, and says how many', async () => {
    await send(created('a.jpg'), created('b.jpg'));
    const result = await redrive('--yes', '--max-per-second', '20');
    expect([result.code, result.stderr]).toEqual([0, '']);
    const lines = result.stdout.split('\n');
    expect(lines[0]).toBe('2 dead letters:');
    expect(lines[1]).toMatch(
      /^ {2}s3:\/\/photos\/a.jpg +received 1 times +20.*Z +\(the function's log says why\)$/,
    );
    expect(lines.slice(3)).toEqual(['2 messages are back in the queue.', '']);
    expect(moves.started.at(-1)).toEqual({
      SourceArn: expect.stringMatching(/:dead-letters$/),
      DestinationArn: expect.stringMatching(/:uploads$/),
      MaxNumberOfMessagesPerSecond: 20,
    });
    expect([await depth(deadLetterQueueUrl), await depth(queueUrl)]).toEqual([0, 2]);
  });

  it('says that there is nothing to do', async () => {
    const before = moves.started.length;
    expect(await redrive('--yes')).toMatchObject({ code: 0, stdout: 'The dead-letter queue is empty.\n' });
    expect(moves.started).toHaveLength(before);
  });

  it('is cancelled by Ctrl-C, and meanwhile another one follows the move that is under way', async () => {
    await send(...Array.from({ length: 6 }, (_, i) => created(`${i}.jpg`)));
    const before = moves.started.length;
    moves.pausesAfter = 2;
    const first = start('--max-per-second', '20');
    await expect.poll(() => moves.started.length).toBe(before + 1);
    const second = start();
    await expect.poll(() => second.told()).toContain('is under way already');
    first.interrupt();
    expect(await first.ended).toBe(130);
    expect(first.lines()).toMatchObject([
      { step: 'plan', deadLetters: 6 },
      { step: 'done', state: 'cancelled' },
    ]);
    expect(await second.ended).toBe(130);
    expect(second.lines()).toMatchObject([{ step: 'plan', sample: [] }, { state: 'cancelled' }]);
    expect(moves.started).toHaveLength(before + 1);
    const [left, back] = [await depth(deadLetterQueueUrl), await depth(queueUrl)];
    expect(left).toBeGreaterThan(0);
    expect(left + back).toBe(6);
  });

  function start(...args: string[]) {
    const child = spawn(
      process.execPath,
      [COMPILED_CLI, 'redrive', '--stack', 'Cliptag', '--yes', '--json', ...args],
      {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const chunks = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk) => {
        chunks[name] += chunk;
      });
    }
    return {
      ended: once(child, 'close').then(([code]) => code as number | null),
      interrupt: () => child.kill('SIGINT'),
      told: () => chunks.stderr,
      lines: () => jsonLines({ code: 0, ...chunks }),
    };
  }
});

describe('cliptag redrive', () => {
  it.each<[string[], RegExp]>([
    [[], /expected --dry-run or --yes where there is no terminal to ask at/],
    [['--yes', '--stack', 's', '--http-port', '3000'], /--http-port is for the local pipeline/],
    [
      ['--yes', '--region', 'eu-west-1', '--max-per-second', '5'],
      /--region and --max-per-second: expected --stack too/,
    ],
    [['--yes', '--queue-url', 'u'], /expected both --queue-url and --dead-letter-queue-url, or --stack/],
    [['--yes', '--max-per-second', '501'], /--max-per-second: expected a whole number from 1 to 500/],
    [['--yes', 'all'], /expected only flags but received "all"/],
    [
      ['--yes', '--http-port', '1'],
      /no local pipeline's page answers on 127.0.0.1:1: start it with cliptag start/,
    ],
  ])('rejects %j with one line', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['redrive', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

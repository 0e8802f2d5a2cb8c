import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { templateWith } from './tagger-template.ts';

const BUCKETS = { bucket: 'photos-a,photos-b' };
const FEEDER = { 'Fn::GetAtt': [expect.stringMatching(/^TaggerBackfillFeeder[0-9A-F]{8}$/), 'Arn'] };
const WORKFLOW = /^TaggerBackfillWorkflow[0-9A-F]{8}$/;

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** The workflow's definition; what CloudFormation fills in stands as `<…>`. */
function definitionIn(template: Template) {
  const [workflow] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  const parts: readonly unknown[] = workflow?.Properties.DefinitionString['Fn::Join'][1];
  const written = (part: unknown) =>
    typeof part === 'string' ? part : `<${JSON.stringify(part).replaceAll('"', '')}>`;
  return JSON.parse(parts.map(written).join(''));
}

/** Action → resource, of the roles whose names begin so. */
function rightsIn(template: Template, roleName: RegExp): Record<string, unknown> {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const own = policies.filter(({ Properties }) =>
    Properties.Roles.some(({ Ref }: { Ref: string }) => roleName.test(Ref)),
  );
  const statements: Statement[] = own.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  return Object.fromEntries(
    statements.flatMap(({ Action, Resource }) => [Action].flat().map((action) => [action, Resource])),
  );
}

describe('the feeding function', () => {
  it('knows table, queue, filters, and how fast it may send', () => {
    const context = {
      prefix: 'a/,b/',
      suffix: '.jpg',
      backfillObjectsPerSecond: 250,
      backfillQueueDepth: 77,
    };
    templateWith(context).hasResourceProperties('AWS::Lambda::Function', {
      Handler: 'handler.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 256,
      Timeout: 900,
      Environment: {
        Variables: {
          TABLE_NAME: { Ref: Match.stringLikeRegexp('^TaggerTagTable') },
          QUEUE_URL: { Ref: Match.stringLikeRegexp('^TaggerUploadQueue[0-9A-F]{8}$') },
          DEAD_LETTER_QUEUE_URL: { Ref: Match.stringLikeRegexp('^TaggerUploadQueueDeadLetterQueue') },
          TAGGER_FILE: '/var/task/tagger.json',
          KEY_PREFIXES: 'a/,b/',
          KEY_SUFFIXES: '.jpg',
          MAXIMUM_QUEUE_DEPTH: '77',
          // Three at once.
          OBJECTS_PER_SECOND: String(250 / 3),
        },
      },
    });
  });

  it('may look at records, send to the queue and log, and nothing else', () => {
    expect(rightsIn(templateWith(), /^TaggerBackfillFeederRole/)).toEqual({
      'dynamodb:BatchGetItem': { 'Fn::GetAtt': [expect.stringMatching(/^TaggerTagTable/), 'Arn'] },
      'logs:CreateLogStream': { 'Fn::GetAtt': [expect.stringMatching(/^TaggerBackfillLog/), 'Arn'] },
      'logs:PutLogEvents': { 'Fn::GetAtt': [expect.stringMatching(/^TaggerBackfillLog/), 'Arn'] },
      'sqs:GetQueueAttributes': [
        { 'Fn::GetAtt': [expect.stringMatching(/^TaggerUploadQueue\w{8}$/), 'Arn'] },
        { 'Fn::GetAtt': [expect.stringMatching(/^TaggerUploadQueueDeadLetterQueue/), 'Arn'] },
      ],
      'sqs:SendMessage': { 'Fn::GetAtt': [expect.stringMatching(/^TaggerUploadQueue\w{8}$/), 'Arn'] },
    });
  });

  it('may decrypt the table where that has a key of one’s own', () => {
    const tableKey = 'arn:aws:kms:us-east-1:123456789012:key/table';
    const rights = rightsIn(templateWith({ tableKey }), /^TaggerBackfillFeederRole/);
    expect(rights).toMatchObject({ 'kms:Decrypt': tableKey, 'kms:DescribeKey': tableKey });
  });
});

describe('the backfill’s workflow', () => {
  it('lists the bucket and the prefix of its input, and hands the feeder batches', () => {
    const { States } = definitionIn(templateWith(BUCKETS));
    expect(States.EachBatch).toMatchObject({
      Type: 'Map',
      Label: 'Objects',
      MaxConcurrency: 2,
      ToleratedFailurePercentage: 5,
      ResultPath: '$.fed',
      Next: 'LookAtAnswers',
      ItemReader: {
        Resource: 'arn:<{Ref:AWS::Partition}>:states:::s3:listObjectsV2',
        Parameters: { 'Bucket.$': '$.bucket', 'Prefix.$': '$.prefix' },
      },
      ItemBatcher: {
        MaxItemsPerBatch: 500,
        MaxInputBytesPerBatch: 200_000,
        BatchInput: { 'bucket.$': '$.bucket', 'deadLetters.$': '$.deadLetters' },
      },
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
    });
  });

  it('keeps more messages in the queue the more the functions have in work, unless it is told how many', () => {
    const depthWith = (context: object) => {
      const functions = templateWith({ ...context }).findResources('AWS::Lambda::Function', {
        Properties: { Handler: 'handler.handler' },
      });
      return Object.values(functions)[0]?.Properties.Environment.Variables.MAXIMUM_QUEUE_DEPTH;
    };
    expect(depthWith({})).toBe('1000');
    expect(depthWith({ maximumConcurrency: 100 })).toBe('2000');
    expect(
      depthWith({
        maximumConcurrency: 1_000,
        batchSize: 100,
        batchWindowSeconds: 1,
        functionTimeoutSeconds: 300,
      }),
    ).toBe('100000');
    expect(depthWith({ maximumConcurrency: 100, backfillQueueDepth: 5 })).toBe('5');
  });

  it('ends with dead-letters-grow where a batch was not fed for that reason', () => {
    const { States } = definitionIn(templateWith(BUCKETS));
    expect(States.IsBucketWatched.Choices[0].Next).toBe('CountDeadLetters');
    expect(States.CountDeadLetters).toMatchObject({
      Parameters: { isBeginning: true },
      ResultPath: '$.deadLetters',
      Next: 'EachBatch',
    });
    expect(States.LookAtAnswers.Parameters).toEqual({ 'isStopped.$': 'States.ArrayContains($.fed, 1)' });
    expect(States.AreDeadLettersGrowing).toMatchObject({
      Choices: [{ Variable: '$.isStopped', BooleanEquals: true, Next: 'DeadLettersGrow' }],
      Default: 'Sent',
    });
    expect(States.DeadLettersGrow).toMatchObject({ Type: 'Fail', Error: 'dead-letters-grow' });
    expect(States.EachBatch.ItemProcessor.States.Stopped).toMatchObject({ Result: 1, End: true });
  });

  it('waits for the queue with patience, tries other faults again, and keeps a digit of each batch', () => {
    const { States } = definitionIn(templateWith(BUCKETS));
    expect(States.EachBatch.ItemProcessor.States.Feed).toEqual({
      Type: 'Task',
      Resource: expect.stringMatching(/^<\{Fn::GetAtt:\[TaggerBackfillFeeder\w{8},Arn\]\}>$/),
      End: true,
      Catch: [{ ErrorEquals: ['dead-letters-grow'], Next: 'Stopped' }],
      Retry: [
        { ErrorEquals: ['dead-letters-grow'], MaxAttempts: 0 },
        expect.objectContaining({ ErrorEquals: ['queue-full'], MaxAttempts: 1_000, MaxDelaySeconds: 60 }),
        expect.objectContaining({ ErrorEquals: ['States.ALL'], MaxAttempts: 8, BackoffRate: 2 }),
      ],
    });
  });

  it('ends at once for a bucket that is not watched', () => {
    const { StartAt, States } = definitionIn(templateWith(BUCKETS));
    expect(StartAt).toBe('Settings');
    expect(States.LookUpBucket.Parameters['isWatched.$']).toBe(
      'States.ArrayContains($.settings.buckets, $.bucket)',
    );
    expect(States.IsBucketWatched).toMatchObject({
      Choices: [{ Variable: '$.isWatched', BooleanEquals: true, Next: 'CountDeadLetters' }],
      Default: 'BucketNotWatched',
    });
    expect(States.BucketNotWatched).toMatchObject({ Type: 'Fail', Error: 'bucket-not-watched' });
  });

  it('tells the command line what is deployed', () => {
    const context = { ...BUCKETS, prefix: 'a/', memoryMegabytes: 2_048, backfillObjectsPerSecond: 50 };
    const { Result, ResultPath } = definitionIn(templateWith(context)).States.Settings;
    expect(ResultPath).toBe('$.settings');
    expect(Result).toEqual({
      buckets: ['photos-a', 'photos-b'],
      prefixes: ['a/'],
      suffixes: [],
      tagger: { modelDigest: 'model-a', labelSets: [{ digest: 'things-1' }] },
      modelName: 'embedded',
      architecture: 'arm64',
      packaging: 'container',
      memoryMegabytes: 2_048,
      batchSize: 10,
      maximumConcurrency: 6,
      events: false,
      objectTags: 0,
      indexedDimensions: 0,
      shards: 1,
      pace: { objectsPerSecond: 50, feeders: 1, feederMemoryMegabytes: 256, batchObjects: 500 },
    });
  });

  it('may list the buckets, call the feeder and run its own batches, and nothing else', () => {
    const bucket = (name: string) => ({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${name}`]],
    });
    const executions = (suffix: string) => ({
      'Fn::Join': [
        '',
        expect.arrayContaining([{ 'Fn::GetAtt': [expect.stringMatching(WORKFLOW), 'Name'] }, suffix]),
      ],
    });
    expect(rightsIn(templateWith(BUCKETS), /^TaggerBackfillWorkflowRole/)).toEqual({
      's3:ListBucket': [bucket('photos-a'), bucket('photos-b')],
      'lambda:InvokeFunction': FEEDER,
      'states:StartExecution': { Ref: expect.stringMatching(WORKFLOW) },
      'states:DescribeExecution': executions(':*'),
      'states:StopExecution': executions(':*'),
      'states:RedriveExecution': executions('/Objects:*'),
    });
  });

  it('is traced, with the rights for it, only when that is asked for', () => {
    const traced = templateWith({ tracing: true });
    traced.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      TracingConfiguration: { Enabled: true },
    });
    expect(rightsIn(traced, /^TaggerBackfillWorkflowRole/)).toMatchObject({ 'xray:PutTraceSegments': '*' });
    expect(rightsIn(templateWith(), /^TaggerBackfillWorkflowRole/)).not.toHaveProperty([
      'xray:PutTraceSegments',
    ]);
  });
});

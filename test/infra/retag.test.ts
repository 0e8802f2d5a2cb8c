import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { type Definition, retagDefinition, type State } from './retag-definition.ts';
import { templateWith } from './tagger-template.ts';

const FUNCTION = 'AWS::Lambda::Function';
const WORKER = { ImageConfig: { Command: ['retag.handler'] } };

function statements(
  template: Template,
  role: string,
): readonly { Action: string | string[]; Resource: unknown }[] {
  const policies = template.findResources('AWS::IAM::Policy', {
    Properties: { Roles: [{ Ref: Match.stringLikeRegexp(`^TaggerRetag${role}`) }] },
  });
  return Object.values(policies).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

describe('the retagging function', () => {
  it('is the image of the tagging function, with another command, one processor and as much time as there is', () => {
    const template = templateWith();
    const ofImages = template.findResources(FUNCTION, { Properties: { PackageType: 'Image' } });
    const images = Object.values(ofImages).map(({ Properties }) => Properties.Code);
    expect(images).toHaveLength(2);
    expect(images[1]).toEqual(images[0]);
    template.hasResourceProperties(FUNCTION, {
      ...WORKER,
      Architectures: ['arm64'],
      MemorySize: 1_769,
      Timeout: 900,
      Environment: { Variables: { TABLE_NAME: { Ref: Match.stringLikeRegexp('^TaggerTagTable') } } },
    });
  });

  it('keeps its log for as long as is set, and is traced when that is asked for', () => {
    const template = templateWith({ logRetentionDays: 7, tracing: true });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
    template.hasResourceProperties(FUNCTION, { ...WORKER, TracingConfig: { Mode: 'Active' } });
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      DefinitionString: Match.objectLike({
        'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('EachSegment')])],
      }),
      TracingConfiguration: { Enabled: true },
    });
  });

  it('may read and write the table and its log, and nothing else', () => {
    const granted = statements(templateWith(), 'WorkerRole');
    expect(granted.flatMap(({ Action }) => Action).sort()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'dynamodb:UpdateItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ]);
    const table = granted.find(({ Action }) => Action.includes('dynamodb:Scan'));
    expect(table?.Resource).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^TaggerTagTable/), 'Arn'] });
  });

  it('may use the table’s key where there is one', () => {
    const tableKey = 'arn:aws:kms:us-east-1:123456789012:key/table';
    expect(statements(templateWith({ tableKey }), 'WorkerRole')).toContainEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
      Resource: tableKey,
    });
  });
});

describe('the workflow that retags', () => {
  it('has each segment worked on by itself, as many at once as is set', () => {
    const { StartAt, States } = retagDefinition(templateWith({ retagConcurrency: 3 }));
    expect(States[StartAt]).toMatchObject({
      Parameters: { task: 'check', 'request.$': '$$.Execution.Input' },
      ResultPath: null,
      Next: 'ListSegments',
    });
    expect(States.ListSegments).toMatchObject({ Result: [0, 1, 2], ResultPath: '$.segments' });
    expect(States.EachSegment).toMatchObject({
      Type: 'Map',
      ItemsPath: '$.segments',
      MaxConcurrency: 3,
      ItemSelector: {
        task: 'segment',
        of: 3,
        'segment.$': '$$.Map.Item.Value',
        'run.$': '$$.Execution.Name',
        'request.$': '$$.Execution.Input',
      },
      ResultPath: null,
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
      Next: 'SumUp',
    });
    expect(States.SumUp).toMatchObject({
      Parameters: { task: 'summary', of: 3, 'run.$': '$$.Execution.Name' },
      End: true,
    });
  });

  it('calls the function for a segment until it is done', () => {
    const { ItemProcessor } = retagDefinition(templateWith()).States.EachSegment as State & {
      readonly ItemProcessor: Definition;
    };
    expect(ItemProcessor.StartAt).toBe('GoOn');
    expect(ItemProcessor.States.GoOn).toMatchObject({ Type: 'Task', Next: 'IsDone' });
    expect(ItemProcessor.States.IsDone).toEqual({
      Type: 'Choice',
      Choices: [{ Variable: '$.isDone', BooleanEquals: true, Next: 'Done' }],
      Default: 'GoOn',
    });
  });

  it('tries again, ever more slowly, what is not the same at every try', () => {
    const { Retry } = retagDefinition(templateWith()).States.SumUp as State & { readonly Retry: unknown[] };
    expect(Retry).toEqual([
      { ErrorEquals: expect.arrayContaining(['invalid-input', 'label-sets-changed']), MaxAttempts: 0 },
      {
        ErrorEquals: ['States.ALL'],
        IntervalSeconds: 2,
        BackoffRate: 2,
        MaxAttempts: 8,
        MaxDelaySeconds: 60,
        JitterStrategy: 'FULL',
      },
    ]);
  });

  it('may call the function and run its own segments, and nothing else', () => {
    const granted = statements(templateWith(), 'WorkflowRole');
    expect(granted.flatMap(({ Action }) => Action).sort()).toEqual([
      'lambda:InvokeFunction',
      'states:DescribeExecution',
      'states:RedriveExecution',
      'states:StartExecution',
      'states:StopExecution',
    ]);
    const call = granted.find(({ Action }) => Action === 'lambda:InvokeFunction');
    expect(call?.Resource).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^TaggerRetagWorker/), 'Arn'] });
  });

  it('rejects a concurrency that is out of range', () => {
    expect(() => templateWith({ retagConcurrency: 1_001 })).toThrow(
      'Expected a whole number from 1 to 1000 for retagConcurrency but received 1001',
    );
  });
});

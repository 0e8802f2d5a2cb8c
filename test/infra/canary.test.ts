import { Match } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { taggerTemplate, templateWith } from './tagger-template.ts';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alarms';
const FUNCTION = { Ref: Match.stringLikeRegexp('^TaggerCanaryFunction') };

it('runs every 15 minutes, and may touch its own pictures and look at records alone', () => {
  const template = templateWith({ bucket: 'photos-a,photos-b', suffix: '.jpg,.png', canary: true });
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(15 minutes)' });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Timeout: 540,
    Environment: {
      Variables: {
        BUCKET: 'photos-a',
        TABLE_NAME: Match.anyValue(),
        KEY_SUFFIX: '.jpg',
        MODEL_DIGEST: '0123456789abcdef',
      },
    },
  });
  const [policy] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
    id.startsWith('TaggerCanaryRole'),
  );
  const statements: { Action: string | string[]; Resource: unknown }[] =
    policy?.[1].Properties.PolicyDocument.Statement;
  expect(statements.flatMap(({ Action }) => Action).toSorted()).toEqual([
    ...['dynamodb:GetItem', 'logs:CreateLogStream', 'logs:PutLogEvents'],
    ...['s3:DeleteObject', 's3:ListBucket', 's3:PutObject'],
  ]);
  expect(statements.find(({ Action }) => Action === 's3:ListBucket')).toMatchObject({
    Condition: { StringEquals: { 's3:prefix': '.cliptag-canary/' } },
  });
  const pictures = statements.find(({ Action }) => Action.includes('s3:PutObject'))?.Resource;
  expect(JSON.stringify(pictures)).toContain(':s3:::photos-a/.cliptag-canary/*');
});

it('rings where it fails twice in a row, and where it does not run', () => {
  templateWith({ canary: true, alarmTopic: TOPIC }).hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'CanaryPassed',
    Dimensions: [{ Name: 'FunctionName', Value: FUNCTION }],
    ...{ Period: 900, Statistic: 'Minimum', Threshold: 1, EvaluationPeriods: 2 },
    ...{ ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' },
    ...{ AlarmActions: [TOPIC], OKActions: [TOPIC] },
  });
  templateWith().resourcePropertiesCountIs('AWS::CloudWatch::Alarm', { MetricName: 'CanaryPassed' }, 0);
});

it('is refused where the filter leaves its pictures out, and only there', () => {
  expect(() => templateWith({ canary: true, prefix: 'in/' })).toThrow(
    'Expected .cliptag-canary/ among prefix with canary but received in/',
  );
  for (const prefix of ['in/,.cliptag-canary/', '.']) {
    expect(() => templateWith({ canary: true, prefix })).not.toThrow();
  }
});

it('is refused where all buckets are of other accounts, which would not take its pictures', () => {
  const foreign = { account: '111122223333', bucketName: 'theirs' };
  const fault = 'Expected a bucket of the stack’s account with canary';
  expect(() => templateWith({ canary: true, foreignBucket: '111122223333/theirs' })).toThrow(fault);
  expect(() => taggerTemplate(() => ({ canary: true, foreignBuckets: [foreign] }))).toThrow(fault);
  const both = templateWith({ canary: true, foreignBucket: '111122223333/theirs', bucket: 'ours' });
  both.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ MODEL_DIGEST: '0123456789abcdef', BUCKET: 'ours' }) },
  });
});

import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { PRICES_AS_OF, PRICES_REGION } from '../../functions/core/cost/prices.ts';
import { METRICS, STAGE_METRICS } from '../../functions/core/tagging/metric-names.ts';
import { templateWith } from './tagger-template.ts';

const ALARM = 'AWS::CloudWatch::Alarm';
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alarms';

describe('alarms', () => {
  it.each([
    ['a dead letter', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 1],
    ['a message older than five receives of six minutes', 'AWS/SQS', 'ApproximateAgeOfOldestMessage', 1_800],
    ['ten messages that come again', 'Cliptag', 'MessagesRetried', 10],
    ['a hundred writes that the table refuses', 'AWS/DynamoDB', 'WriteThrottleEvents', 100],
    ['a backfill, or a run of retagging, that failed', 'AWS/States', 'ExecutionsFailed', 1],
    ['an error', 'AWS/Lambda', 'Errors', 1],
    ['a throttle', 'AWS/Lambda', 'Throttles', 1],
    ['four fifths of the timeout', 'AWS/Lambda', 'Duration', 48_000],
  ])('ring at %s', (_name, Namespace, MetricName, Threshold) => {
    templateWith().hasResourceProperties(ALARM, {
      Namespace,
      MetricName,
      Threshold,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      Dimensions: [{ Value: Match.anyValue() }],
    });
  });

  it('ring at a hundred writes that the index refuses, which are no part of its table’s', () => {
    templateWith().hasResourceProperties(ALARM, {
      ...{ Namespace: 'AWS/DynamoDB', MetricName: 'WriteThrottleEvents', Threshold: 100 },
      ...{ EvaluationPeriods: 3, DatapointsToAlarm: 2 },
      Dimensions: [
        { Name: 'GlobalSecondaryIndexName', Value: 'by-status' },
        { Name: 'TableName', Value: { Ref: Match.stringLikeRegexp('^TaggerTagTable') } },
      ],
    });
  });

  it('watch the dead-letter queue for dead letters and the queue itself for age', () => {
    const queue = (pattern: string) => [
      { Value: { 'Fn::GetAtt': [Match.stringLikeRegexp(pattern), 'QueueName'] } },
    ];
    const template = templateWith();
    template.hasResourceProperties(ALARM, {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: queue('^TaggerUploadQueueDeadLetter'),
    });
    template.hasResourceProperties(ALARM, {
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: queue('^TaggerUploadQueue(?!Dead)'),
    });
  });

  it.each([{ resultEvents: true }, { objectTags: true }])(
    'ring where results can’t be told: %j',
    (context) => {
      const alarm = { Namespace: 'Cliptag', MetricName: 'ResultsNotTold', Threshold: 1, Statistic: 'Sum' };
      templateWith(context).hasResourceProperties(ALARM, alarm);
      templateWith().resourcePropertiesCountIs(ALARM, { MetricName: 'ResultsNotTold' }, 0);
    },
  );

  it.each(['MessagesRetried', 'WriteThrottleEvents', 'Errors', 'Throttles'])(
    'ring for %s only when a second period of three has them: a retry mends a single one',
    (MetricName) => {
      templateWith().hasResourceProperties(ALARM, { MetricName, EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    },
  );

  it('ring where EventBridge cannot deliver, also for a bucket that is added later', () => {
    const alarm = {
      Namespace: 'AWS/Events',
      MetricName: 'FailedInvocations',
      Dimensions: [{ Name: 'RuleName', Value: { Ref: Match.stringLikeRegexp('^TaggerEventsRule') } }],
      AlarmActions: [TOPIC],
    };
    templateWith({ bucket: 'photos-a', alarmTopic: TOPIC }).hasResourceProperties(ALARM, alarm);
    templateWith().resourcePropertiesCountIs(ALARM, { MetricName: 'FailedInvocations' }, 0);
  });

  it('ring where EventBridge cannot deliver what other accounts forward, by the names that its metrics have', () => {
    const bus = { Ref: Match.stringLikeRegexp('^TaggerForwardedBus') };
    const arn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^TaggerForwardedRule'), 'Arn'] };
    const alarm = {
      ...{ Namespace: 'AWS/Events', MetricName: 'FailedInvocations', Statistic: 'Sum', Threshold: 1 },
      Dimensions: [
        { Name: 'EventBusName', Value: bus },
        // A Ref would be BUS|RULE, which no metric is called.
        { Name: 'RuleName', Value: { 'Fn::Select': [2, { 'Fn::Split': ['/', arn] }] } },
      ],
      ...{ AlarmActions: [TOPIC], OKActions: [TOPIC], TreatMissingData: 'notBreaching' },
    };
    const template = templateWith({ foreignBucket: '111122223333/theirs', alarmTopic: TOPIC });
    template.hasResourceProperties(ALARM, alarm);
    template.resourcePropertiesCountIs(ALARM, { MetricName: 'FailedInvocations' }, 1);
    const both = templateWith({ foreignBucket: '111122223333/theirs', bucket: 'ours' });
    both.resourcePropertiesCountIs(ALARM, { MetricName: 'FailedInvocations' }, 2);
  });

  it('are sent to an address, by a topic of its own or the one that is named', () => {
    const subscription = { Protocol: 'email', Endpoint: 'me@example.org' };
    const own = templateWith({ alarmEmail: 'me@example.org' });
    own.hasResourceProperties('AWS::SNS::Subscription', {
      ...subscription,
      TopicArn: { Ref: Match.anyValue() },
    });
    own.allResourcesProperties(ALARM, { AlarmActions: [{ Ref: Match.stringLikeRegexp('^Alarms') }] });
    // The policy of one's own takes the place of the usual one, by which CloudWatch may publish.
    own.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            ...{ Sid: 'Alarms', Effect: 'Allow', Action: 'sns:Publish' },
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Resource: { Ref: Match.stringLikeRegexp('^Alarms') },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ]),
      },
    });
    const named = templateWith({ alarmEmail: 'me@example.org', alarmTopic: TOPIC });
    named.hasResourceProperties('AWS::SNS::Subscription', { ...subscription, TopicArn: TOPIC });
    named.resourceCountIs('AWS::SNS::Topic', 0);
    expect(() => templateWith({ alarmEmail: 'me' })).toThrow('an e-mail address');
  });

  it('follow the settings that they depend on', () => {
    const template = templateWith({ functionTimeoutSeconds: 100, maxReceiveCount: 2 });
    template.hasResourceProperties(ALARM, { MetricName: 'Duration', Threshold: 80_000 });
    template.hasResourceProperties(ALARM, { MetricName: 'ApproximateAgeOfOldestMessage', Threshold: 1_200 });
  });

  it('tell a topic when they ring and when it is over, or nobody', () => {
    templateWith({ alarmTopic: TOPIC }).allResourcesProperties(ALARM, {
      AlarmActions: [TOPIC],
      OKActions: [TOPIC],
    });
    templateWith().allResourcesProperties(ALARM, { AlarmActions: Match.absent() });
  });
});

describe('the dashboard', () => {
  const body = (context = {}) => {
    const [found] = Object.values(templateWith(context).findResources('AWS::CloudWatch::Dashboard'));
    return JSON.stringify(found?.Properties.DashboardBody).replaceAll('\\"', '"');
  };

  it('shows every metric that the function logs, of this stack’s function', () => {
    const text = body({ resultEvents: true });
    for (const name of Object.values({ ...METRICS, ...STAGE_METRICS })) {
      expect(text).toContain(`["Cliptag","${name}","FunctionName","`);
    }
  });

  it('says of when and where the prices of its cost estimate are', () => {
    expect(body()).toContain(`prices of ${PRICES_REGION}, ${PRICES_AS_OF}`);
  });

  it('estimates cost by the memory and the price of the processor', () => {
    expect(body({ memoryMegabytes: 2_048 })).toContain('duration / 1000 * 2 * 0.0000133334 + invocations');
  });
});

describe('the log of each function', () => {
  const variables = (context: Record<string, unknown>): (Record<string, unknown> | undefined)[] =>
    Object.values(templateWith({ api: true, ...context }).findResources('AWS::Lambda::Function')).map(
      ({ Properties }) => Properties.Environment?.Variables,
    );

  it('has a line for each image, with its key', () => {
    for (const one of variables({})) expect(one).not.toHaveProperty('LOG_KEYS');
    for (const one of variables({})) expect(one).not.toHaveProperty('LOG_LEVEL');
  });

  it('has faults alone, and no keys, where that is asked for', () => {
    const all = variables({ logLevel: 'WARN', logKeys: false });
    expect(all).toHaveLength(4);
    for (const one of all) expect(one).toMatchObject({ LOG_LEVEL: 'WARN', LOG_KEYS: 'false' });
  });
});

import { Duration, Fn } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IEventBus, IRule } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { STATUS_INDEX } from '../../../functions/core/records/image-record.ts';
import { METRICS } from '../../../functions/core/tagging/metric-names.ts';
import type { AnyTable } from '../../options/image-tagger-props.ts';
import { ownMetric } from './own-metric.ts';
import type { TaggerAlarms } from './tagger-alarms.ts';
import { URL_METRICS } from './url-metrics.ts';
import type { WatchedParts } from './watched-parts.ts';

const PERIOD = Duration.minutes(5);

/** Messages that come again within five minutes, before somebody should know. */
const RETRIES = 10;
/** Writes that the table or its index refuses within five minutes; the SDK tries each of them again. */
const THROTTLED_WRITES = 100;

/** Share of its timeout that a batch may take before somebody should know. */
const DURATION_SHARE_OF_TIMEOUT = 0.8;

interface AlarmDefinition {
  readonly metric: IMetric;
  /** It rings at this value and above. */
  readonly threshold: number;
  /** What is wrong, and what to look at. */
  readonly description: string;
  /** Whether a try again may mend it: it rings only in the second period of three. @default false */
  readonly mayPass?: boolean;
}

type Definitions = {
  readonly [Name in keyof Omit<
    TaggerAlarms,
    'eventsNotDelivered' | 'forwardedNotDelivered' | 'canary'
  >]: AlarmDefinition;
};

/** Adds the alarm on events of the account's own bus that EventBridge could deliver neither to the queue nor, after that, at all. */
export function addEventAlarm(scope: Construct, rule: IRule, topic?: ITopic): Alarm {
  return addDeliveryAlarm(scope, 'EventsNotDelivered', { RuleName: rule.ruleName }, topic);
}

/**
 * Adds the same for a rule of another bus, whose metrics have the bus for a dimension as well:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
export function addForwardedAlarm(
  scope: Construct,
  rule: IRule,
  { eventBusName: EventBusName }: Pick<IEventBus, 'eventBusName'>,
  topic?: ITopic,
): Alarm {
  // CloudFormation calls such a rule BUS|RULE; its ARN ends in rule/BUS/RULE.
  const RuleName = Fn.select(2, Fn.split('/', rule.ruleArn));
  return addDeliveryAlarm(scope, 'ForwardedNotDelivered', { EventBusName, RuleName }, topic);
}

function addDeliveryAlarm(
  scope: Construct,
  id: string,
  dimensionsMap: Readonly<Record<string, string>>,
  topic?: ITopic,
): Alarm {
  const metric = new Metric({
    namespace: 'AWS/Events',
    metricName: 'FailedInvocations',
    dimensionsMap,
    statistic: 'Sum',
    period: PERIOD,
  });
  const description =
    'EventBridge could not bring uploads to the queue: see the rights of the queue and its key';
  return told(addAlarm(scope, id, { metric, threshold: 1, description }), topic);
}

/** Adds all alarms. They tell the topic when they ring, and when it is over. */
export function addAlarms(scope: Construct, parts: WatchedParts, topic?: ITopic): TaggerAlarms {
  const alarms = Object.entries(definitions(parts)).map(([name, definition]) => {
    const alarm = addAlarm(scope, name.charAt(0).toUpperCase() + name.slice(1), definition);
    return [name, told(alarm, topic)] as const;
  });
  return Object.fromEntries(alarms) as Record<keyof TaggerAlarms, Alarm>;
}

function told(alarm: Alarm, topic: ITopic | undefined): Alarm {
  if (topic) {
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
  }
  return alarm;
}

function addAlarm(scope: Construct, id: string, definition: AlarmDefinition): Alarm {
  const { metric, threshold, description, mayPass = false } = definition;
  return new Alarm(scope, id, {
    metric,
    threshold,
    alarmDescription: description,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    ...(mayPass ? { evaluationPeriods: 3, datapointsToAlarm: 2 } : { evaluationPeriods: 1 }),
    // Where nothing is uploaded there is nothing to measure.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}

function definitions(parts: WatchedParts): Definitions {
  const { function: tagging, queue, deadLetterQueue, options } = parts;
  const { functionTimeoutSeconds, maxReceiveCount } = options;
  const over = { period: PERIOD };
  return {
    deadLetters: {
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({ ...over, statistic: 'Maximum' }),
      threshold: 1,
      description: 'Messages failed every time: see the function’s log for the reason, then redrive them',
    },
    oldestMessage: {
      metric: queue.metricApproximateAgeOfOldestMessage({ ...over, statistic: 'Maximum' }),
      // A message that fails every time is gone by then, so an older one waits for its turn.
      threshold: parts.visibilityTimeout.toSeconds() * maxReceiveCount,
      description: 'Uploads wait longer than all receives of a message take: raise maximumConcurrency',
    },
    retries: {
      metric: ownMetric(tagging, METRICS.retried, over),
      threshold: RETRIES,
      mayPass: true,
      description:
        'Messages fail and come again: see the metric MessagesRetried by Reason, and the function’s log',
    },
    tableThrottles: {
      metric: parts.table.metric('WriteThrottleEvents', { ...over, statistic: 'Sum' }),
      threshold: THROTTLED_WRITES,
      mayPass: true,
      description:
        'The table takes no more writes: lower maximumConcurrency or the rate of a backfill, or let it scale up',
    },
    indexThrottles: {
      metric: indexThrottleEvents(parts.table),
      threshold: THROTTLED_WRITES,
      mayPass: true,
      description:
        'The index by status takes no more, and the table waits for it: raise tableShards, or lower maximumConcurrency or the rate of a backfill',
    },
    backfillFailed: {
      metric: parts.backfill.metricFailed(over),
      threshold: 1,
      description:
        'A backfill failed: see its execution, then start it again (cliptag backfill); it does the rest',
    },
    retagFailed: {
      metric: parts.retag.metricFailed(over),
      threshold: 1,
      description:
        'Retagging failed: see its execution, then start it again (cliptag retag); it does the rest',
    },
    errors: {
      metric: tagging.metricErrors({ ...over, statistic: 'Sum' }),
      threshold: 1,
      mayPass: true,
      description: 'The function failed as a whole, or ran into its timeout or out of memory: see its log',
    },
    throttles: {
      metric: tagging.metricThrottles({ ...over, statistic: 'Sum' }),
      threshold: 1,
      mayPass: true,
      description:
        'The account’s concurrency is used up: raise the quota, set reservedConcurrency or lower maximumConcurrency',
    },
    duration: {
      metric: tagging.metricDuration({ ...over, statistic: 'Maximum' }),
      threshold: functionTimeoutSeconds * 1_000 * DURATION_SHARE_OF_TIMEOUT,
      description: 'Batches nearly take the function’s timeout: raise its timeout or lower batchSize',
    },
    ...(parts.tellsResults && {
      resultsNotTold: {
        metric: ownMetric(tagging, METRICS.notTold, over),
        threshold: 1,
        description:
          'Images are in the table, but their event or object tags could not be written: see the function’s log. Their messages come again',
      },
    }),
    ...(parts.api && apiDefinitions(parts.api)),
  };
}

/**
 * Writes that an index refuses are no part of its table's metric, though the table refuses them then:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html#WriteThrottleEvents
 */
function indexThrottleEvents({ tableName }: AnyTable): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName: 'WriteThrottleEvents',
    dimensionsMap: { TableName: tableName, GlobalSecondaryIndexName: STATUS_INDEX },
    statistic: 'Sum',
    period: PERIOD,
  });
}

/** One answer that fails may be a table that was busy for a moment. */
const API_FAULTS = 5;

function apiDefinitions(api: IFunction): Pick<Definitions, 'apiErrors' | 'apiThrottles'> {
  const over = { period: PERIOD, statistic: 'Sum' };
  return {
    apiErrors: {
      metric: api.metric(URL_METRICS.errors, over),
      threshold: API_FAULTS,
      description: 'The API failed at requests, or ran out of time or memory: see its function’s log',
    },
    apiThrottles: {
      metric: api.metricThrottles(over),
      threshold: 1,
      description: 'Requests to the API were refused: raise apiReservedConcurrency or the account’s quota',
    },
  };
}

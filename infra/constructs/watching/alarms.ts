import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { METRICS } from '../../../functions/core/tagging/metric-names.ts';
import { ownMetric } from './own-metric.ts';
import type { WatchedParts } from './watched-parts.ts';

const PERIOD = Duration.minutes(5);

/** Part of its timeout that a batch may take before somebody should know. */
const DURATION_SHARE_OF_TIMEOUT = 0.8;

interface AlarmDefinition {
  readonly metric: IMetric;
  /** It rings at this value and above. */
  readonly threshold: number;
  /** What is wrong, and what to look at. */
  readonly description: string;
}

/** Adds one alarm for each way in which images stop being tagged. They tell the topic when they ring, and when it is over. */
export function addAlarms(scope: Construct, parts: WatchedParts, topic?: ITopic): readonly Alarm[] {
  return Object.entries(definitions(parts)).map(([id, { metric, threshold, description }]) => {
    const alarm = new Alarm(scope, id, {
      metric,
      threshold,
      alarmDescription: description,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // Where nothing is uploaded there is nothing to measure.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (topic) {
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
    return alarm;
  });
}

function definitions(parts: WatchedParts): Readonly<Record<string, AlarmDefinition>> {
  const { function: tagging, uploadQueue, options } = parts;
  const { queue, deadLetterQueue, visibilityTimeout } = uploadQueue;
  const { functionTimeoutSeconds, maxReceiveCount } = options;
  const over = { period: PERIOD };
  return {
    DeadLetters: {
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({ ...over, statistic: 'Maximum' }),
      threshold: 1,
      description: 'Messages failed every time: see the function’s log for the reason, then redrive them',
    },
    OldestMessage: {
      metric: queue.metricApproximateAgeOfOldestMessage({ ...over, statistic: 'Maximum' }),
      // A message that fails every time is gone by then: an older one waits for its turn.
      threshold: visibilityTimeout.toSeconds() * maxReceiveCount,
      description: 'Uploads wait longer than all receives of a message take: raise maximumConcurrency',
    },
    Errors: {
      metric: tagging.metricErrors({ ...over, statistic: 'Sum' }),
      threshold: 1,
      description: 'The function failed as a whole, or ran into its timeout or out of memory: see its log',
    },
    Throttles: {
      metric: tagging.metricThrottles({ ...over, statistic: 'Sum' }),
      threshold: 1,
      description:
        'The account’s concurrency is used up: raise the quota, set reservedConcurrency or lower maximumConcurrency',
    },
    Duration: {
      metric: tagging.metricDuration({ ...over, statistic: 'Maximum' }),
      threshold: functionTimeoutSeconds * 1_000 * DURATION_SHARE_OF_TIMEOUT,
      description:
        'Batches nearly take the function’s timeout: raise functionTimeoutSeconds or lower batchSize',
    },
    ...(parts.tellsResults && {
      ResultsNotTold: {
        metric: ownMetric(parts, METRICS.notTold, { ...over, statistic: 'Sum' }),
        threshold: 1,
        description:
          'Images are in the table, but their event or object tags could not be written: see the function’s log. Their messages come again',
      },
    }),
  };
}

import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { DYNAMODB, LAMBDA, SQS } from '../../../functions/core/cost/prices.ts';
import type { WatchedParts } from './watched-parts.ts';

/** Estimates what tagging costs by CloudWatch's own metrics: computing, writing and reading the table, the queue's requests. */
export function costEstimate({ function: tagging, queue, table, image, options }: WatchedParts): IMetric {
  const period = Duration.hours(1);
  const over = { period, statistic: 'Sum' } as const;
  const gigabytes = options.memoryMegabytes / 1_024;
  return new MathExpression({
    label: 'US dollars an hour',
    period,
    expression: [
      `duration / 1000 * ${gigabytes} * ${decimal(LAMBDA.gigabyteSecond[image.architecture])}`,
      `invocations * ${decimal(LAMBDA.request)}`,
      `FILL(writes, 0) * ${decimal(DYNAMODB.writeUnit)}`,
      `FILL(reads, 0) * ${decimal(DYNAMODB.readUnit)}`,
      `(FILL(sent, 0) + FILL(received, 0) + FILL(empty, 0) + FILL(deleted, 0)) * ${decimal(SQS.request)}`,
    ].join(' + '),
    usingMetrics: {
      duration: tagging.metricDuration(over),
      invocations: tagging.metricInvocations(over),
      writes: table.metricConsumedWriteCapacityUnits(over),
      reads: table.metricConsumedReadCapacityUnits(over),
      sent: queue.metricNumberOfMessagesSent(over),
      received: queue.metricNumberOfMessagesReceived(over),
      empty: queue.metricNumberOfEmptyReceives(over),
      deleted: queue.metricNumberOfMessagesDeleted(over),
    },
  });
}

/** CloudWatch's expressions know no exponents. */
function decimal(price: number): string {
  return price.toFixed(10);
}

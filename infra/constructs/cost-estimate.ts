import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { WatchedParts } from './watched-parts.ts';

/**
 * In US dollars, us-east-1, November 2026, without free tier:
 * https://aws.amazon.com/lambda/pricing/, https://aws.amazon.com/dynamodb/pricing/on-demand/,
 * https://aws.amazon.com/sqs/pricing/, https://aws.amazon.com/s3/pricing/
 */
export const PRICES = {
  lambdaGigabyteSecond: { arm64: 0.0000133334, x86_64: 0.0000166667 },
  lambdaRequest: 0.2e-6,
  dynamodbWriteUnit: 0.625e-6,
  dynamodbReadUnit: 0.125e-6,
  sqsRequest: 0.4e-6,
} as const;

/** What tagging costs, by CloudWatch's own metrics: computing, writing and reading the table, the queue's requests. */
export function costEstimate({
  function: tagging,
  uploadQueue,
  table,
  image,
  options,
}: WatchedParts): IMetric {
  const period = Duration.hours(1);
  const over = { period, statistic: 'Sum' } as const;
  const gigabytes = options.memoryMegabytes / 1_024;
  const { queue } = uploadQueue;
  return new MathExpression({
    label: 'US dollars an hour',
    period,
    expression: [
      `duration / 1000 * ${gigabytes} * ${decimal(PRICES.lambdaGigabyteSecond[image.architecture])}`,
      `invocations * ${decimal(PRICES.lambdaRequest)}`,
      `FILL(writes, 0) * ${decimal(PRICES.dynamodbWriteUnit)}`,
      `FILL(reads, 0) * ${decimal(PRICES.dynamodbReadUnit)}`,
      `(FILL(sent, 0) + FILL(received, 0) + FILL(empty, 0) + FILL(deleted, 0)) * ${decimal(PRICES.sqsRequest)}`,
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

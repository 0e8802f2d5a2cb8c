import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { PRICES_AS_OF, PRICES_REGION } from '../../../functions/core/cost/prices.ts';
import { METRICS, STAGE_METRICS } from '../../../functions/core/tagging/metric-names.ts';
import { costEstimate } from './cost-estimate.ts';
import { ownMetric } from './own-metric.ts';
import { URL_METRICS } from './url-metrics.ts';
import type { WatchedParts } from './watched-parts.ts';

const PERIOD = Duration.minutes(5);

/** A dashboard has 24 columns: three widgets a row. */
const WIDTH = 8;

/** Adds one page that shows whether images are tagged, how fast, and at what cost. */
export function addDashboard(scope: Construct, id: string, parts: WatchedParts): Dashboard {
  return new Dashboard(scope, id, {
    defaultInterval: Duration.days(1),
    widgets: [
      imageWidgets(parts),
      functionWidgets(parts),
      queueWidgets(parts),
      ...(parts.api ? [apiWidgets(parts.api)] : []),
    ],
  });
}

function imageWidgets(parts: WatchedParts): IWidget[] {
  const own = (name: string, statistic: string, label: string) =>
    ownMetric(parts.function, name, { statistic, label, period: PERIOD });
  return [
    graph('Images by outcome', [
      own(METRICS.tagged, 'Sum', 'tagged'),
      own(METRICS.failed, 'Sum', 'failed'),
      own(METRICS.unsupported, 'Sum', 'unsupported'),
      ...(parts.tellsResults ? [own(METRICS.notTold, 'Sum', 'not told')] : []),
    ]),
    graph(
      'Latency by stage, 95th percentile (ms)',
      Object.entries(STAGE_METRICS).map(([stage, name]) => own(name, 'p95', stage)),
    ),
    graph(`Cost estimate (US dollars an hour, prices of ${PRICES_REGION}, ${PRICES_AS_OF})`, [
      costEstimate(parts),
    ]),
  ];
}

function functionWidgets(parts: WatchedParts): IWidget[] {
  const own = (name: string, statistic: string, label: string) =>
    ownMetric(parts.function, name, { statistic, label, period: PERIOD });
  const { function: tagging } = parts;
  return [
    graph('Batches', [
      own(METRICS.batchSize, 'Average', 'messages, average'),
      own(METRICS.batchSize, 'Maximum', 'messages, most'),
      own(METRICS.coldStart, 'Sum', 'cold starts'),
    ]),
    graph('Function duration (ms)', [
      tagging.metricDuration({ period: PERIOD, statistic: 'p50', label: 'median' }),
      tagging.metricDuration({ period: PERIOD, statistic: 'Maximum', label: 'longest' }),
    ]),
    graph('Messages that come again', [own(METRICS.retried, 'Sum', 'messages')]),
    graph('Function errors and throttles', [
      tagging.metricErrors({ period: PERIOD, statistic: 'Sum', label: 'errors' }),
      tagging.metricThrottles({ period: PERIOD, statistic: 'Sum', label: 'throttles' }),
    ]),
  ];
}

function queueWidgets({ queue, deadLetterQueue }: WatchedParts): IWidget[] {
  const over = { period: PERIOD, statistic: 'Maximum' };
  return [
    graph('Messages waiting', [
      queue.metricApproximateNumberOfMessagesVisible({ ...over, label: 'waiting' }),
      queue.metricApproximateNumberOfMessagesNotVisible({ ...over, label: 'in work' }),
    ]),
    graph('Age of the oldest message (s)', [
      queue.metricApproximateAgeOfOldestMessage({ ...over, label: 'age' }),
    ]),
    graph('Dead letters', [
      deadLetterQueue.metricApproximateNumberOfMessagesVisible({ ...over, label: 'dead letters' }),
    ]),
  ];
}

function apiWidgets(api: LambdaFunction): IWidget[] {
  const own = (name: string, statistic: string, label: string) =>
    api.metric(name, { statistic, label, period: PERIOD });
  return [
    graph('API: requests', [
      own(URL_METRICS.requests, 'Sum', 'all'),
      own(URL_METRICS.refused, 'Sum', 'refused (4xx)'),
      own(URL_METRICS.errors, 'Sum', 'failed (5xx)'),
    ]),
    graph('API: latency (ms)', [
      own(URL_METRICS.latency, 'p50', 'median'),
      own(URL_METRICS.latency, 'p99', '99th percentile'),
    ]),
    graph('API: at once, and refused for want of concurrency', [
      own('ConcurrentExecutions', 'Maximum', 'at once'),
      api.metricThrottles({ period: PERIOD, statistic: 'Sum', label: 'throttles' }),
    ]),
  ];
}

function graph(title: string, left: IMetric[]): IWidget {
  return new GraphWidget({ title, left, width: WIDTH });
}

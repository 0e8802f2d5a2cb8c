import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { METRIC_DIMENSION, METRIC_NAMESPACE } from '../../../functions/core/tagging/metric-names.ts';

const PERIOD = Duration.minutes(5);

/** One of the metrics that the tagging function logs itself; by default its sum over five minutes. */
export function ownMetric(tagging: IFunction, metricName: string, options?: MetricOptions): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [METRIC_DIMENSION]: tagging.functionName },
    statistic: 'Sum',
    period: PERIOD,
    ...options,
  });
}

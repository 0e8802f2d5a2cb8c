import { type IMetric, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_DIMENSION, METRIC_NAMESPACE } from '../../../functions/core/tagging/metric-names.ts';
import type { WatchedParts } from './watched-parts.ts';

/** One of the metrics that the tagging function logs itself. */
export function ownMetric(
  { function: tagging }: WatchedParts,
  metricName: string,
  options: MetricOptions,
): IMetric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [METRIC_DIMENSION]: tagging.functionName },
    ...options,
  });
}

import { CANARY_METRICS, METRIC_DIMENSION, METRIC_NAMESPACE } from '../core/tagging/metric-names.ts';
import type { ProbeResult } from './probe.ts';

/** What CloudWatch makes metrics of, as functions/tag-images/batch-metrics.ts writes its own. */
export function metricLine(
  { passed, taggedMilliseconds }: ProbeResult,
  functionName: string,
  now = Date.now(),
): string {
  const values = {
    [CANARY_METRICS.passed]: passed ? 1 : 0,
    ...(taggedMilliseconds !== undefined && { [CANARY_METRICS.time]: Math.round(taggedMilliseconds) }),
  };
  const Metrics = Object.keys(values).map((Name) => ({
    Name,
    Unit: Name === CANARY_METRICS.time ? 'Milliseconds' : 'Count',
  }));
  const metrics = { Namespace: METRIC_NAMESPACE, Dimensions: [[METRIC_DIMENSION]], Metrics };
  const _aws = { Timestamp: now, CloudWatchMetrics: [metrics] };
  return JSON.stringify({ _aws, [METRIC_DIMENSION]: functionName, ...values });
}

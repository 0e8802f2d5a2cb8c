import { readCanaryEnvironment } from '../config.ts';
import { CANARY_METRICS, METRIC_DIMENSION, METRIC_NAMESPACE } from '../core/tagging/metric-names.ts';
import { functionLog } from '../function-log/function-log.ts';
import { composeProbe } from './composition.ts';
import { type ProbeResult, probe } from './probe.ts';

const environment = readCanaryEnvironment();
const { logger, error: logged } = functionLog(environment);
const ports = composeProbe(environment);

/** Uploads a picture, expects it to be tagged, removes it again, and counts whether all that came about. */
export async function handler(
  _event: unknown,
  { functionName }: { readonly functionName: string },
): Promise<void> {
  const { KEY_PREFIX, KEY_SUFFIX } = environment;
  const key = `${KEY_PREFIX}${new Date().toISOString().replaceAll(':', '-')}${KEY_SUFFIX}`;
  const result = await probe(key, ports).catch((error: unknown): ProbeResult => {
    logger.error('canary failed', { error: logged(error) as Error });
    return { passed: false };
  });
  if (result.reason !== undefined) logger.error('canary failed', { key, reason: result.reason });
  process.stdout.write(`${metricLine(result, functionName)}\n`);
}

/** As functions/tag-images/batch-metrics.ts writes its own. */
function metricLine({ passed, taggedMilliseconds }: ProbeResult, functionName: string): string {
  const values = {
    [CANARY_METRICS.passed]: passed ? 1 : 0,
    ...(taggedMilliseconds !== undefined && { [CANARY_METRICS.time]: Math.round(taggedMilliseconds) }),
  };
  const Metrics = Object.keys(values).map((Name) => ({
    Name,
    Unit: Name === CANARY_METRICS.time ? 'Milliseconds' : 'Count',
  }));
  const metrics = { Namespace: METRIC_NAMESPACE, Dimensions: [[METRIC_DIMENSION]], Metrics };
  const _aws = { Timestamp: Date.now(), CloudWatchMetrics: [metrics] };
  return JSON.stringify({ _aws, [METRIC_DIMENSION]: functionName, ...values });
}

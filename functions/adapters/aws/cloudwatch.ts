import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  GetMetricDataCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from '../../core/tagging/metric-names.ts';
import { awsClientDefaults } from './aws-client-defaults.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;
const DAY_SECONDS = 24 * 60 * 60;

/** What a tagging function did in a span of time, as CloudWatch knows it. */
export interface FunctionUsage {
  /** Images that got a record, whatever its status. */
  readonly images: number;
  readonly invocations: number;
  /** Duration of all invocations together: what Lambda bills, apart from cold starts. */
  readonly milliseconds: number;
}

/** Lambda's own metrics, and those that the function logs, as sums over days. */
const QUERIES = {
  milliseconds: { namespace: 'AWS/Lambda', name: 'Duration' },
  invocations: { namespace: 'AWS/Lambda', name: 'Invocations' },
  tagged: { namespace: METRIC_NAMESPACE, name: METRICS.tagged },
  failed: { namespace: METRIC_NAMESPACE, name: METRICS.failed },
  unsupported: { namespace: METRIC_NAMESPACE, name: METRICS.unsupported },
} as const;

/**
 * The sums of a function's metrics over the last `days`, 1 to 455 (CloudWatch keeps them for so long).
 *
 * @throws the SDK's exceptions
 */
export async function functionUsage(
  functionName: string,
  days: number,
  config: Pick<CloudWatchClientConfig, 'endpoint' | 'region' | 'credentials'> = {},
  now = new Date(),
): Promise<FunctionUsage> {
  const client = new CloudWatchClient({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  try {
    const span = { StartTime: new Date(now.getTime() - days * DAY_SECONDS * 1_000), EndTime: now };
    const MetricDataQueries = usageQueries(functionName);
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({ ...span, MetricDataQueries }),
    );
    const sumOf = (query: keyof typeof QUERIES) =>
      MetricDataResults.filter(({ Id }) => Id === query)
        .flatMap(({ Values = [] }) => Values)
        .reduce((sum, value) => sum + value, 0);
    return {
      images: sumOf('tagged') + sumOf('failed') + sumOf('unsupported'),
      invocations: sumOf('invocations'),
      milliseconds: sumOf('milliseconds'),
    };
  } finally {
    client.destroy();
  }
}

/** The queries of {@link functionUsage}, with one point a day: even for 455 days the answer is a single page. */
function usageQueries(functionName: string): MetricDataQuery[] {
  return Object.entries(QUERIES).map(([Id, { namespace, name }]) => ({
    Id,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: [{ Name: METRIC_DIMENSION, Value: functionName }],
      },
      Period: DAY_SECONDS,
      Stat: 'Sum',
    },
  }));
}

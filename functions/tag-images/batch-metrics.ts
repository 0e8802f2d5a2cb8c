import {
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  REASON_DIMENSION,
  STAGE_METRICS,
} from '../core/tagging/metric-names.ts';
import type { TaggingOutcome } from '../core/tagging/tag-image.ts';
import type { RetryReason } from './retry-reason.ts';
import type { StageMilliseconds } from './stage-clock.ts';

/** The result of one image, and the time that it took. */
export interface MeasuredImage {
  readonly result: TaggingOutcome['result'];
  readonly milliseconds: StageMilliseconds;
}

/** What one invocation did. */
export interface MeasuredBatch {
  readonly messages: number;
  /** Images whose record stands: those that failed and come again are not among them. */
  readonly images: readonly MeasuredImage[];
  /** Images whose records stand, but whose result could not be told. */
  readonly notTold: number;
  /** Messages that come again, by reason. */
  readonly retried: ReadonlyMap<RetryReason, number>;
}

/** Limit of values for one metric in one document, by the specification of the embedded metric format. */
const MAXIMUM_VALUES = 100;

interface MetricValues {
  readonly name: string;
  readonly unit: 'Count' | 'Milliseconds';
  readonly values: readonly number[];
}

/**
 * The metrics of one invocation as lines of CloudWatch's embedded metric format: one unless a stage has more than 100
 * values, and one more for each reason for which messages come again. Built here rather than by Powertools' metrics, which would be one more package in the bundle for one object.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function batchMetrics(
  batch: MeasuredBatch,
  { functionName, isColdStart, now }: { functionName: string; isColdStart: boolean; now: Date },
): readonly string[] {
  const metrics = [...countsOf(batch, isColdStart), ...stageTimesOf(batch)];
  const documents = Math.ceil(Math.max(...metrics.map(({ values }) => values.length)) / MAXIMUM_VALUES);
  const lines = Array.from({ length: documents }, (_, i) => {
    const from = i * MAXIMUM_VALUES;
    const part = metrics
      .map((metric) => ({ ...metric, values: metric.values.slice(from, from + MAXIMUM_VALUES) }))
      .filter(({ values }) => values.length > 0);
    return JSON.stringify(metricDocument(part, { [METRIC_DIMENSION]: functionName }, now));
  });
  const byReason = [...batch.retried].map(([reason, count]) => {
    const metric = { name: METRICS.retried, unit: 'Count', values: [count] } as const;
    const dimensions = { [METRIC_DIMENSION]: functionName, [REASON_DIMENSION]: reason };
    return JSON.stringify(metricDocument([metric], dimensions, now));
  });
  return [...lines, ...byReason];
}

function metricDocument(
  metrics: readonly MetricValues[],
  dimensions: Readonly<Record<string, string>>,
  now: Date,
) {
  return {
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [Object.keys(dimensions)],
          Metrics: metrics.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(metrics.map(({ name, values }) => [name, values])),
  };
}

/** Metrics that few batches have. One that is never written costs nothing. */
const RARE: ReadonlyArray<keyof typeof METRICS> = ['notTold', 'retried'];

function countsOf(
  { messages, images, notTold, retried }: MeasuredBatch,
  isColdStart: boolean,
): MetricValues[] {
  const imagesThatAre = (status: TaggingOutcome['result']) =>
    images.filter(({ result }) => result === status).length;
  const counts: Record<keyof typeof METRICS, number> = {
    tagged: imagesThatAre('tagged'),
    failed: imagesThatAre('failed'),
    unsupported: imagesThatAre('unsupported'),
    batchSize: messages,
    coldStart: isColdStart ? 1 : 0,
    notTold,
    retried: [...retried.values()].reduce((sum, count) => sum + count, 0),
  };
  return Object.entries(counts).map(([count, value]) => ({
    name: METRICS[count as keyof typeof METRICS],
    unit: 'Count',
    values: RARE.includes(count as keyof typeof METRICS) && value === 0 ? [] : [value],
  }));
}

function stageTimesOf({ images }: MeasuredBatch): MetricValues[] {
  const times = images.map(({ milliseconds: { read, write, ...stages } }) => ({
    ...stages,
    record: read + write,
  }));
  return Object.entries(STAGE_METRICS).map(([stage, name]) => ({
    name,
    unit: 'Milliseconds',
    // An image that never came to a stage says nothing of it: zeros would draw the percentiles down.
    values: times
      .map((time) => time[stage as keyof typeof STAGE_METRICS])
      .filter((value) => value > 0)
      .map((value) => Number(value.toFixed(3))),
  }));
}

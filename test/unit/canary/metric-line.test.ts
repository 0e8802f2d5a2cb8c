import { expect, it } from 'vitest';
import { metricLine } from '../../../functions/canary/metric-line.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const metrics = (...Metrics: readonly { readonly Name: string; readonly Unit: string }[]) => ({
  _aws: {
    Timestamp: 1_800_000_000_000,
    CloudWatchMetrics: [{ Namespace: 'Cliptag', Dimensions: [['FunctionName']], Metrics }],
  },
});
const PASSED = { Name: 'CanaryPassed', Unit: 'Count' };
const TIME = { Name: 'CanaryTime', Unit: 'Milliseconds' };

it.each([
  [
    'that passed, with its time',
    { passed: true, taggedMilliseconds: 4_000.6 },
    { ...metrics(PASSED, TIME), CanaryPassed: 1, CanaryTime: 4_001 },
  ],
  [
    'that failed after it was tagged',
    { passed: false, reason: 'any', taggedMilliseconds: 4_000 },
    { ...metrics(PASSED, TIME), CanaryPassed: 0, CanaryTime: 4_000 },
  ],
  ['that was not tagged, with no time', { passed: false }, { ...metrics(PASSED), CanaryPassed: 0 }],
])('the line of the log counts a canary %s', (_name, result, expected) => {
  const line = metricLine(result, 'Cliptag-Canary', 1_800_000_000_000);
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({ ...expected, FunctionName: 'Cliptag-Canary' });
});

import type { ForeignBucket } from '../options/foreign-bucket.ts';
import type { Findings } from './findings.ts';

/** The settings that name what lies somewhere. */
export interface PlacedSettings {
  readonly bucketKey?: readonly string[];
  readonly tableKey?: string | undefined;
  readonly dataKey?: string | undefined;
  readonly alarmTopic?: string | undefined;
  readonly resultEvents?: boolean | string;
  readonly foreignBucket?: readonly ForeignBucket[];
}

/**
 * Judges by their names alone what only works from the stack's own region or from another account: keys of KMS, the bus that events are
 * put on, the topic of alarms (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
 */
export function placeFindings(settings: PlacedSettings, account: string, region: string): Findings {
  const { bucketKey = [], tableKey, dataKey, alarmTopic, resultEvents, foreignBucket = [] } = settings;
  const named = {
    ...{ bucketKey, tableKey, dataKey, alarmTopic },
    resultEvents: typeof resultEvents === 'string' ? resultEvents : undefined,
  };
  const elsewhere = Object.entries(named).flatMap(([name, arns]) =>
    [arns ?? []]
      .flat()
      .filter((arn) => regionOf(arn) !== region)
      .map(
        (arn) =>
          `Expected an ARN of ${region}, the stack’s region, for ${name} but received ${arn} of ${regionOf(arn)}`,
      ),
  );
  const own = foreignBucket
    .filter((one) => one.account === account)
    .map(
      ({ bucketName }) =>
        `Expected buckets of other accounts for foreignBucket but received ${bucketName} of ${account}, the stack’s account: name it in bucket`,
    );
  return { faults: [...elsewhere, ...own], notices: [] };
}

/** `arn:aws:SERVICE:REGION:ACCOUNT:…` */
function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}

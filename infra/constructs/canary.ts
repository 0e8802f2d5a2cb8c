import { Duration } from 'aws-cdk-lib';
import { type Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { CanaryEnvironmentVariables } from '../../functions/config.ts';
import { CANARY_PREFIX } from '../../functions/core/objects/canary-prefix.ts';
import { CANARY_METRICS } from '../../functions/core/tagging/metric-names.ts';
import type { AnyBucket, AnyTable } from '../options/image-tagger-props.ts';
import type { TaggerOptions } from '../options/tagger-options.ts';
import type { TaggingImage } from '../packaging/tagging-image.ts';
import { explainWildcard } from './compute/explained-wildcard.ts';
import { functionLogGroup } from './compute/function-log-group.ts';
import { allowNetwork, type FunctionNetwork, placed } from './compute/function-network.ts';
import { imageArchitecture } from './compute/image-code.ts';
import { logVariables } from './compute/log-variables.ts';
import { ownMetric } from './watching/own-metric.ts';

const PERIOD = Duration.minutes(15);
/** It waits for the tag and for the tombstone, four minutes at most for each. */
const TIMEOUT = Duration.minutes(9);
const MEMORY_MEGABYTES = 256;

export interface CanaryProps {
  readonly image: TaggingImage;
  readonly options: TaggerOptions;
  /** Where it puts its pictures. */
  readonly bucket: AnyBucket;
  readonly bucketKeys: readonly IKey[];
  readonly table: AnyTable;
  readonly tableKey?: IKey | undefined;
  readonly dataKey?: IKey | undefined;
  readonly network: FunctionNetwork;
  readonly alarmTopic?: ITopic | undefined;
}

/** A function that uploads a picture every 15 minutes, and an alarm that rings where it is not tagged. */
export class Canary extends Construct {
  readonly function: LambdaFunction;
  readonly alarm: Alarm;

  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);
    const { image, options, bucket, table, alarmTopic } = props;
    const logGroup = functionLogGroup(this, props);
    const role = canaryRole(this, props);
    logGroup.grantWrite(role);
    const variables = {
      BUCKET: bucket.bucketName,
      TABLE_NAME: table.tableName,
      MODEL_DIGEST: image.modelDigest,
      // The content says what a picture is, whatever its name.
      ...(options.suffix[0] !== undefined && { KEY_SUFFIX: options.suffix[0] }),
      ...logVariables(options),
    } satisfies CanaryEnvironmentVariables;
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Uploads a picture, and expects it to be tagged',
      code: Code.fromAsset(image.canaryFolder),
      handler: 'handler.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: imageArchitecture(image),
      role,
      environment: variables,
      memorySize: MEMORY_MEGABYTES,
      timeout: TIMEOUT,
      logGroup,
      ...placed(props.network),
    });
    const target = new FunctionTarget(this.function, { retryAttempts: 0 });
    new Rule(this, 'Schedule', { schedule: Schedule.rate(PERIOD), targets: [target] });
    const metric = ownMetric(this.function, CANARY_METRICS.passed, { period: PERIOD, statistic: 'Minimum' });
    this.alarm = metric.createAlarm(this, 'Alarm', {
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      // One that fails may have met a deployment; a canary that does not run at all says nothing good, either.
      evaluationPeriods: 2,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription:
        'The canary’s picture is not tagged, or not forgotten again: see its log and the other alarms',
    });
    if (!alarmTopic) return;
    this.alarm.addAlarmAction(new SnsAction(alarmTopic));
    this.alarm.addOkAction(new SnsAction(alarmTopic));
  }
}

/** It puts, lists and removes objects below its own prefix, and looks at image records. */
function canaryRole(scope: Construct, { bucket, bucketKeys, table, tableKey, network }: CanaryProps): Role {
  const role = new Role(scope, 'Role', {
    description: 'Uploads a picture, and expects it to be tagged',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  allowNetwork(role, network);
  const pictures = bucket.arnForObjects(`${CANARY_PREFIX}*`);
  role.addToPolicy(
    new PolicyStatement({ actions: ['s3:PutObject', 's3:DeleteObject'], resources: [pictures] }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: { StringEquals: { 's3:prefix': CANARY_PREFIX } },
    }),
  );
  explainWildcard(role, pictures, 'Each picture of the canary has a key of its own');
  role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: [table.tableArn] }));
  tableKey?.grant(role, 'kms:Decrypt', 'kms:DescribeKey');
  for (const key of new Set([bucket.encryptionKey, ...bucketKeys])) key?.grant(role, 'kms:GenerateDataKey');
  return role;
}

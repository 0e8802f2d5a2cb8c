import { setTimeout as sleep } from 'node:timers/promises';
import { canaryBucket } from '../adapters/aws/canary-bucket.ts';
import { type DynamoDbTagTableOptions, dynamoDbTagTable } from '../adapters/aws/dynamodb.ts';
import type { S3Options } from '../adapters/aws/s3.ts';
import type { CanaryEnvironment } from '../config.ts';
import { imageRecordOf, readImageRecord } from '../core/records/image-record.ts';
import type { LeftoverPorts } from './leftovers.ts';
import { CANARY_PICTURE, CANARY_PICTURE_SIZE } from './picture.ts';
import type { ProbePorts } from './probe.ts';

/** Within it a lone upload is tagged, also where a backfill is on its way and functions start cold. */
const LIMIT_MILLISECONDS = 4 * 60_000;

/** Configuration of the clients. @default the SDK's own chain (region and role of the function) */
export interface CanaryClients {
  readonly table?: DynamoDbTagTableOptions['client'];
  readonly bucket?: S3Options;
  readonly limitMilliseconds?: number;
}

/** Builds what the canary needs from the adapters. */
export function composeCanary(
  environment: Pick<CanaryEnvironment, 'BUCKET' | 'TABLE_NAME' | 'KEY_PREFIX' | 'MODEL_DIGEST'>,
  { table: client = {}, bucket: options = {}, limitMilliseconds = LIMIT_MILLISECONDS }: CanaryClients = {},
): ProbePorts & LeftoverPorts {
  const table = dynamoDbTagTable({ tableName: environment.TABLE_NAME, client });
  const bucket = canaryBucket(environment.BUCKET, options);
  return {
    put: (key) => bucket.put(key, CANARY_PICTURE),
    remove: (key) => bucket.remove(key),
    putBefore: (time) => bucket.putBefore(environment.KEY_PREFIX, time),
    record: async (key) => {
      const item = await table.read(readImageRecord({ bucket: environment.BUCKET, key }));
      return item && imageRecordOf(item);
    },
    sleep,
    now: () => performance.now(),
    limitMilliseconds,
    expected: { ...CANARY_PICTURE_SIZE, modelDigest: environment.MODEL_DIGEST },
  };
}

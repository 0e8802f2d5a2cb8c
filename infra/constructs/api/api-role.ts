import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { TABLE_DEFINITION } from '../../../functions/core/records/table-definition.ts';
import { vectorIndex } from '../../../functions/core/records/vector-index.ts';
import type { AnyBucket, AnyTable } from '../../options/image-tagger-props.ts';
import { grantSending } from '../compute/data-key-grants.ts';
import { explainWildcard } from '../compute/explained-wildcard.ts';
import { allowNetwork, type FunctionNetwork } from '../compute/function-network.ts';
import { allowBuckets, objectArns } from '../compute/tagging-role.ts';

/** Buckets that the API leads to. */
export interface ApiBuckets {
  readonly buckets: readonly AnyBucket[];
  /** What the buckets' objects are encrypted with, besides each bucket's own key. */
  readonly bucketKeys: readonly IKey[];
}

/** All that the API works with. */
export interface ApiAccess extends ApiBuckets {
  /** How the keys of the objects begin; any, if there are none. */
  readonly prefix: readonly string[];
  /** Whether it takes uploads, corrections and retries. */
  readonly apiWrites: boolean;
  readonly table: AnyTable;
  readonly tableKey?: IKey | undefined;
  /** What queue and log are encrypted with. */
  readonly dataKey?: IKey | undefined;
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  readonly logGroup: LogGroup;
  /** Where thumbnails are kept, if any are made. */
  readonly thumbnailPlace?: { readonly bucket: AnyBucket; readonly prefix: string } | undefined;
  readonly network: FunctionNetwork;
}

/** The role of the API's function. What it may do with objects, an address that it has signed may do. */
export function apiRole(scope: Construct, access: ApiAccess): Role {
  const { table, tableKey, queue, deadLetterQueue, logGroup, apiWrites } = access;
  const role = new Role(scope, 'Role', {
    description: 'Finds images, and leads to them',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  logGroup.grantWrite(role);
  allowNetwork(role, access.network);
  allowApiBuckets(role, access);
  if (access.thumbnailPlace) allowReadingThumbnails(role, access.thumbnailPlace);
  const reading = ['GetItem', 'BatchGetItem', 'Query', 'Scan'];
  const writing = apiWrites ? ['PutItem', 'UpdateItem', 'DeleteItem'] : [];
  role.addToPolicy(
    new PolicyStatement({
      actions: [...reading, ...writing].map((action) => `dynamodb:${action}`),
      resources: [
        table.tableArn,
        // Named one by one: with a wildcard for the indexes cdk-nag would want a reason.
        ...TABLE_DEFINITION.indexes.map(({ name }) => `${table.tableArn}/index/${name}`),
      ],
    }),
  );
  if (table.tableStreamArn !== undefined) {
    const actions = ['DescribeStream', 'GetShardIterator', 'GetRecords'].map((name) => `dynamodb:${name}`);
    role.addToPolicy(new PolicyStatement({ actions, resources: [table.tableStreamArn] }));
  }
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  const keyActions = ['kms:Decrypt', 'kms:DescribeKey'];
  tableKey?.grant(role, ...keyActions, ...(apiWrites ? ['kms:Encrypt', 'kms:GenerateDataKey'] : []));
  const queues = [queue.queueArn, deadLetterQueue.queueArn];
  role.addToPolicy(new PolicyStatement({ actions: ['sqs:GetQueueAttributes'], resources: queues }));
  if (apiWrites) {
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
    grantSending(access.dataKey, role);
  }
  return role;
}

/** Lets the API search the table's vector index. */
export function allowSearchingVectors(role: Role, table: AnyTable, dimensions: number): void {
  const resources = [`${table.tableArn}/index/${vectorIndex(dimensions).name}`];
  role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:SearchVectors'], resources }));
}

/** Lets the API sign addresses of thumbnails, and see whether there is one. */
function allowReadingThumbnails(
  role: Role,
  { bucket, prefix }: NonNullable<ApiAccess['thumbnailPlace']>,
): void {
  const resource = bucket.arnForObjects(`${prefix}*`);
  role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [resource] }));
  explainWildcard(role, resource, 'Each state of an image has a thumbnail of its own');
  // Without it S3 answers that access is denied where there is none.
  role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
  bucket.encryptionKey?.grant(role, 'kms:Decrypt');
}

/** Lets the API sign addresses that read the objects of some buckets and, where it takes uploads, put some. */
export function allowApiBuckets(
  role: Role,
  access: ApiBuckets & Pick<ApiAccess, 'prefix' | 'apiWrites'>,
): void {
  allowBuckets(role, { ...access, objectTags: false });
  if (!access.apiWrites) return;
  role.addToPolicy(new PolicyStatement({ actions: ['s3:PutObject'], resources: objectArns(access) }));
  const { buckets, bucketKeys } = access;
  for (const key of new Set([...buckets.map(({ encryptionKey }) => encryptionKey), ...bucketKeys])) {
    key?.grant(role, 'kms:GenerateDataKey');
  }
}

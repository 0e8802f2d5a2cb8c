import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { AnyBucket, AnyTable } from '../../options/image-tagger-props.ts';
import { grantSending } from './data-key-grants.ts';
import { explainWildcard } from './explained-wildcard.ts';
import { allowNetwork, type FunctionNetwork } from './function-network.ts';

/** Buckets that the tagging function works with. */
export interface BucketAccess {
  readonly buckets: readonly AnyBucket[];
  /** What the buckets' objects are encrypted with, besides each bucket's own key. */
  readonly bucketKeys: readonly IKey[];
  /** How the keys of the objects begin; any, if there are none. */
  readonly prefix: readonly string[];
  /** Whether objects are tagged in their buckets. */
  readonly objectTags: boolean;
}

/** All that the tagging function works with. The event source adds its own rights on the queue. */
export interface TaggingAccess extends BucketAccess {
  readonly queue: Queue;
  readonly table: AnyTable;
  readonly tableKey?: IKey | undefined;
  /** What queue and log are encrypted with. */
  readonly dataKey?: IKey | undefined;
  /** Where result events go. */
  readonly resultEventBus?: IEventBus | undefined;
  readonly logGroup: LogGroup;
  /** Where thumbnails are kept, if any are made. */
  readonly thumbnailPlace?: { readonly bucket: AnyBucket; readonly prefix: string } | undefined;
  readonly network: FunctionNetwork;
}

/**
 * The role of the tagging function: it reads objects, reads and writes image records and label entries, and logs; where
 * that is asked for, it sends events and tags objects.
 */
export function taggingRole(scope: Construct, access: TaggingAccess): Role {
  const role = new Role(scope, 'Role', {
    description: 'Reads uploads, writes tags',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  access.logGroup.grantWrite(role);
  allowNetwork(role, access.network);
  allowBuckets(role, access);
  role.addToPolicy(
    new PolicyStatement({
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      resources: [access.table.tableArn],
    }),
  );
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  access.tableKey?.grant(role, 'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey');
  // For messages whose receives others have used up.
  role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [access.queue.queueArn] }));
  grantSending(access.dataKey, role);
  if (access.resultEventBus) {
    const resources = [access.resultEventBus.eventBusArn];
    role.addToPolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources }));
  }
  if (access.thumbnailPlace) allowThumbnails(role, access.thumbnailPlace);
  return role;
}

/** Lets the tagging function write and delete thumbnails, and nothing else in their bucket. */
function allowThumbnails(role: Role, { bucket, prefix }: NonNullable<TaggingAccess['thumbnailPlace']>): void {
  const resource = bucket.arnForObjects(`${prefix}*`);
  role.addToPolicy(
    new PolicyStatement({ actions: ['s3:PutObject', 's3:DeleteObject'], resources: [resource] }),
  );
  explainWildcard(role, resource, 'Each state of an image has a thumbnail of its own');
  bucket.encryptionKey?.grant(role, 'kms:GenerateDataKey');
}

/** Lets the tagging function read the objects of some buckets and, where that is asked for, tag them. */
export function allowBuckets(role: Role, access: BucketAccess): void {
  const { buckets, bucketKeys } = access;
  const resources = objectArns(access);
  role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject', 's3:GetObjectVersion'], resources }));
  const reason = 'Any object that is uploaded, under the prefixes if there are any, is to be tagged';
  for (const resource of resources) explainWildcard(role, resource, reason);
  // Without it S3 answers that access is denied where an object is gone, and the message would come again and again.
  role.addToPolicy(
    new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: buckets.map(({ bucketArn }) => bucketArn),
    }),
  );
  for (const key of new Set([...buckets.map(({ encryptionKey }) => encryptionKey), ...bucketKeys])) {
    key?.grant(role, 'kms:Decrypt');
  }
  if (!access.objectTags) return;
  const actions = ['Get', 'Put'].flatMap((verb) => [
    `s3:${verb}ObjectTagging`,
    `s3:${verb}ObjectVersionTagging`,
  ]);
  role.addToPolicy(new PolicyStatement({ actions, resources }));
}

/** The objects of the buckets under the prefixes. */
export function objectArns({ buckets, prefix }: Pick<BucketAccess, 'buckets' | 'prefix'>): string[] {
  const patterns = prefix.length > 0 ? prefix.map((one) => `${escaped(one)}*`) : ['*'];
  return buckets.flatMap((bucket) => patterns.map((pattern) => bucket.arnForObjects(pattern)));
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars */
function escaped(prefix: string): string {
  return prefix.replace(/[?$]/g, (character) => `\${${character}}`);
}

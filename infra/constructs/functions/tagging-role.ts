import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { AnyBucket } from '../intake/bucket-events.ts';
import type { TagTable } from '../tag-table.ts';
import { explainWildcard } from './explained-wildcard.ts';

/** All that the tagging function works with, besides the queue, whose event source adds its own rights. */
export interface TaggingAccess {
  readonly buckets: readonly AnyBucket[];
  /** How the keys of the objects begin; any, if there are none. */
  readonly prefix: readonly string[];
  /** What the buckets' objects are encrypted with, besides each bucket's own key. */
  readonly bucketKeys: readonly IKey[];
  readonly tagTable: TagTable;
  readonly tableKey?: IKey | undefined;
  /** Where result events go. */
  readonly resultEventBus?: IEventBus | undefined;
  /** Whether objects are tagged in their buckets. */
  readonly objectTags: boolean;
  readonly logGroup: LogGroup;
}

/**
 * What the tagging function acts as: it reads objects, reads and writes image records and label entries, and logs; where
 * that is asked for, it sends events and tags objects.
 */
export function taggingRole(scope: Construct, access: TaggingAccess): Role {
  const role = new Role(scope, 'Role', {
    description: 'Reads uploads, writes tags',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  access.logGroup.grantWrite(role);
  allowReading(role, access);
  role.addToPolicy(
    new PolicyStatement({
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      resources: [access.tagTable.table.tableArn],
    }),
  );
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  access.tableKey?.grant(role, 'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey');
  allowTelling(role, access);
  return role;
}

function allowReading(role: Role, access: TaggingAccess): void {
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
}

function allowTelling(role: Role, access: TaggingAccess): void {
  if (access.objectTags) {
    const verbs = ['Get', 'Put'].flatMap((verb) => [
      `s3:${verb}ObjectTagging`,
      `s3:${verb}ObjectVersionTagging`,
    ]);
    role.addToPolicy(new PolicyStatement({ actions: verbs, resources: objectArns(access) }));
  }
  if (!access.resultEventBus) return;
  const resources = [access.resultEventBus.eventBusArn];
  role.addToPolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources }));
}

function objectArns({ buckets, prefix }: TaggingAccess): string[] {
  const patterns = prefix.length > 0 ? prefix.map((one) => `${escaped(one)}*`) : ['*'];
  return buckets.flatMap((bucket) => patterns.map((pattern) => bucket.arnForObjects(pattern)));
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars */
function escaped(prefix: string): string {
  return prefix.replace(/[?$]/g, (character) => `\${${character}}`);
}

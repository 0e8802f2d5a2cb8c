import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { TABLE_DEFINITION } from '../../functions/core/records/table-definition.ts';
import type { AnyTable } from '../options/image-tagger-props.ts';

/** Lets somebody read a tag table and its indexes, with the table's key where that has one of the user's. */
export function grantReading(table: AnyTable, key: IKey | undefined, grantee: IGrantable): Grant {
  const grant = Grant.addToPrincipal({
    grantee,
    actions: ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'DescribeTable'].map((name) => `dynamodb:${name}`),
    // Named one by one: with a wildcard for the indexes the user would have to explain it to cdk-nag.
    resourceArns: [
      table.tableArn,
      ...TABLE_DEFINITION.indexes.map(({ name }) => `${table.tableArn}/index/${name}`),
    ],
  });
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  return key ? grant.combine(key.grant(grantee, 'kms:Decrypt', 'kms:DescribeKey')) : grant;
}

/**
 * Lets somebody look at dead letters and have Amazon SQS move them back to the queue:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
export function grantRedriving(
  queue: Queue,
  deadLetterQueue: Queue,
  key: IKey | undefined,
  grantee: IGrantable,
): Grant {
  const moves = ['StartMessageMoveTask', 'ListMessageMoveTasks', 'CancelMessageMoveTask'];
  const messages = ['GetQueueUrl', 'GetQueueAttributes', 'ReceiveMessage', 'DeleteMessage'];
  const looking = Grant.addToPrincipal({
    grantee,
    actions: [...moves, ...messages].map((name) => `sqs:${name}`),
    resourceArns: [deadLetterQueue.queueArn],
  });
  const sending = Grant.addToPrincipal({
    grantee,
    actions: ['sqs:SendMessage'],
    resourceArns: [queue.queueArn],
  });
  const grant = looking.combine(sending);
  return key ? grant.combine(key.grant(grantee, 'kms:Decrypt', 'kms:GenerateDataKey')) : grant;
}

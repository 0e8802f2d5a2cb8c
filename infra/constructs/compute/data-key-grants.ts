import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

/**
 * Lets somebody send to a queue that is encrypted with this key:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
export function grantSending(key: IKey | undefined, grantee: IGrantable): void {
  key?.grant(grantee, 'kms:GenerateDataKey', 'kms:Decrypt');
}

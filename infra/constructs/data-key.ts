import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * Lets those of AWS's services use the key of queues and logs that write to them: S3 and EventBridge send to the queue
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#compatibility-with-aws-services),
 * CloudWatch writes and reads the logs (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html).
 * The policy of a key that is not made in this app stays as it is: docs/deploying.md has the statements.
 */
export function allowServices(scope: Construct, key: IKey): void {
  const stack = Stack.of(scope);
  const sending = ['s3.amazonaws.com', 'events.amazonaws.com'].map((name) => new ServicePrincipal(name));
  const mayBeForeign = true;
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'EventsToQueues',
      principals: sending,
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
    }),
    mayBeForeign,
  );
  const logs = { service: 'logs', resource: 'log-group', arnFormat: ArnFormat.COLON_RESOURCE_NAME };
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'Logs',
      principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: ['Encrypt*', 'Decrypt*', 'ReEncrypt*', 'GenerateDataKey*', 'Describe*'].map(
        (name) => `kms:${name}`,
      ),
      resources: ['*'],
      conditions: {
        ArnLike: {
          // CloudFormation names them for their stack.
          'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
            ...logs,
            resourceName: `${stack.stackName}-*`,
          }),
        },
      },
    }),
    mayBeForeign,
  );
}

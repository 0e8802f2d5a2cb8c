import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/**
 * Refers to buckets of the stack's region that exist already, by their names.
 *
 * The CDK changes their notifications with a function of its own, which it would let change those of every bucket. Here
 * the function gets a role that may change these buckets only.
 */
export function existingBuckets(scope: Construct, names: readonly string[]): readonly IBucket[] {
  if (names.length === 0) return [];
  const role = new Role(scope, 'BucketNotificationsRole', {
    description: 'Makes the buckets that Cliptag listens to send their events to EventBridge',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      notifications: new PolicyDocument({
        statements: [
          new PolicyStatement({
            effect: Effect.ALLOW,
            actions: ['s3:GetBucketNotification', 's3:PutBucketNotification'],
            resources: names.map((bucketName) =>
              Stack.of(scope).formatArn({
                service: 's3',
                region: '',
                account: '',
                resource: bucketName,
              }),
            ),
          }),
        ],
      }),
    },
  });
  // The CDK would add the rights to change every bucket, and to write logs, which tell no more than CloudFormation does.
  const notificationsHandlerRole = role.withoutPolicyUpdates();
  return names.map((bucketName) =>
    Bucket.fromBucketAttributes(scope, `Bucket-${bucketName}`, { bucketName, notificationsHandlerRole }),
  );
}

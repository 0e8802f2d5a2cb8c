import { Duration, Lazy, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { CfnQueuePolicy, type Queue, type QueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type KeyFilter, notifications } from './upload-filter.ts';

/** Parts of uploads that were never finished cost storage and show nowhere. */
const UNFINISHED_UPLOADS_KEPT = Duration.days(7);

export interface UploadBucketProps {
  readonly queue: Queue;
  readonly filter: KeyFilter;
  /** Pictures are nobody's to delete but their owner's, so it should be kept unless the user decides otherwise. */
  readonly removalPolicy: RemovalPolicy;
}

/** A bucket for pictures, private and encrypted, that tells the queue of every object made or removed. */
export class UploadBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { queue, filter, removalPolicy }: UploadBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: UNFINISHED_UPLOADS_KEPT }],
      removalPolicy,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Access logs would need a second bucket; CloudTrail’s data events are the account’s to switch on',
    });
    this.notify(queue, filter);
  }

  /**
   * Uses the bucket’s own property and not the CDK’s custom resource, whose function may change any bucket. S3 asks for the
   * queue’s policy before it makes the bucket, so the policy cannot refer to the bucket: it has the pattern of its name.
   */
  private notify(queue: Queue, filter: KeyFilter): void {
    const bucket = this.bucket.node.defaultChild;
    if (!(bucket instanceof CfnBucket)) throw new Error('Expected the bucket to be a CfnBucket');
    const { dependency } = allowSending(queue, bucket);
    bucket.notificationConfiguration = { queueConfigurations: notifications(filter, queue.queueArn) };
    bucket.addResourceDependency(dependency);
  }
}

/** Of a logical ID in a name: the rest may be cut off, as of any name that would be longer than 63 characters. */
const CERTAIN_CHARACTERS = 16;

/**
 * How CloudFormation names a bucket: STACK-LOGICALID-RANDOM in lower case, of which long parts are cut off.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
 * The stack may be deployed under another name than it was synthesized with, so that part stays open.
 */
function namePattern(bucket: CfnBucket): string {
  const logicalId = () => String(bucket.stack.resolve(bucket.logicalId));
  return Lazy.string({ produce: () => `*-${logicalId().slice(0, CERTAIN_CHARACTERS).toLowerCase()}*` });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html */
function allowSending(queue: Queue, bucket: CfnBucket): { dependency: CfnQueuePolicy } {
  const { account, partition } = Stack.of(queue);
  const { policyDependable } = queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'OwnBucket',
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: { 'aws:SourceArn': `arn:${partition}:s3:::${namePattern(bucket)}` },
      },
    }),
  );
  const policy = (policyDependable as QueuePolicy | undefined)?.node.defaultChild;
  if (!(policy instanceof CfnQueuePolicy)) throw new Error('Expected the queue to have a policy');
  return { dependency: policy };
}

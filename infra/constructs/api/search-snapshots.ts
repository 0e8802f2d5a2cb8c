import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { SNAPSHOT_KEY } from '../../../functions/config.ts';

/** After which a snapshot that nobody has replaced is removed; the next start makes another one. */
const KEPT = Duration.days(30);

/**
 * Where the API's function leaves what its search holds in memory, so that the next one starts within seconds. The bucket
 * outlives the stack, for CloudFormation removes only empty ones, and is empty after 30 days.
 */
export class SearchSnapshots extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, role: Role) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [{ expiration: KEPT, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Access logs would need a second bucket, for objects that one function reads and writes',
    });
    this.bucket = bucket;
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject'],
        resources: [bucket.arnForObjects(SNAPSHOT_KEY)],
      }),
    );
    // Whoever may not list a bucket is not told that an object is not there, but that he must not read it.
    role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
  }
}

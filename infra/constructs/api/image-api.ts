import { Duration, Lazy } from 'aws-cdk-lib';
import type { Grant, IGrantable, Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  type FunctionUrl,
  FunctionUrlAuthType,
  type FunctionUrlCorsOptions,
  HttpMethod,
  type Function as LambdaFunction,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ApiEnvironmentVariables } from '../../../functions/config.ts';
import type { AnyBucket } from '../../options/image-tagger-props.ts';
import type { TaggerOptions } from '../../options/tagger-options.ts';
import type { TaggingImage } from '../../packaging/tagging-image.ts';
import { explainWildcard } from '../compute/explained-wildcard.ts';
import { functionLogGroup } from '../compute/function-log-group.ts';
import { placed } from '../compute/function-network.ts';
import { imageFunction } from '../compute/image-function.ts';
import { logVariables } from '../compute/log-variables.ts';
import { shardVariables } from '../compute/shard-variables.ts';
import type { ApiEndpoint } from './api-endpoint.ts';
import { type ApiAccess, allowApiBuckets, allowSearchingVectors, apiRole } from './api-role.ts';
import { SearchSnapshots } from './search-snapshots.ts';

/** A first start, with no snapshot yet, loads every image of the table before its first answer. */
const TIMEOUT = Duration.seconds(60);

export interface ImageApiProps extends Omit<ApiAccess, 'logGroup' | 'prefix' | 'apiWrites'> {
  readonly image: TaggingImage;
  readonly options: TaggerOptions;
}

/**
 * The HTTP API at a function's own URL: the image of the tagging function with another command. Costs nothing while nobody
 * asks.
 */
export class ImageApi extends Construct implements ApiEndpoint {
  readonly function: LambdaFunction;
  readonly url: FunctionUrl;
  readonly snapshotBucket: AnyBucket | undefined;
  private readonly role: Role;
  private readonly buckets: AnyBucket[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ImageApiProps,
  ) {
    super(scope, id);
    const { image, options } = props;
    this.buckets = [...props.buckets];
    const logGroup = functionLogGroup(this, props);
    this.role = apiRole(this, { ...props, ...options, logGroup });
    // A search by the index holds nothing in memory that a snapshot could be of.
    const snapshots = options.vectorIndex
      ? undefined
      : new SearchSnapshots(this, 'SearchSnapshots', this.role);
    this.snapshotBucket = snapshots?.bucket;
    if (options.vectorIndex) allowSearchingVectors(this.role, props.table, image.dimensions);
    this.function = imageFunction(this, 'Function', {
      ...{ image, options, module: 'api' },
      description: 'Answers the HTTP API: finds images, and leads to them',
      role: this.role,
      environment: environmentOf(props, this.bucketNames(), this.snapshotBucket?.bucketName),
      memorySize: options.apiMemoryMegabytes,
      timeout: TIMEOUT,
      logGroup,
      ...placed(props.network),
      ...(options.apiReservedConcurrency !== undefined && {
        reservedConcurrentExecutions: options.apiReservedConcurrency,
      }),
      ...(options.tracing && { tracing: Tracing.ACTIVE }),
    });
    if (options.tracing) explainWildcard(this, '*', 'X-Ray’s actions know no resources');
    const { apiAuth, apiAllowedOrigins } = options;
    this.url = this.function.addFunctionUrl({
      authType: apiAuth === 'iam' ? FunctionUrlAuthType.AWS_IAM : FunctionUrlAuthType.NONE,
      ...(apiAllowedOrigins.length > 0 && { cors: corsFor(apiAllowedOrigins) }),
    });
  }

  /** Lets the API tell of some more buckets. */
  addBuckets(buckets: readonly AnyBucket[], bucketKeys: readonly IKey[]): void {
    this.buckets.push(...buckets);
    allowApiBuckets(this.role, { ...this.props.options, buckets, bucketKeys });
  }

  /** Lets somebody use the API by its URL. */
  grantInvoke(grantee: IGrantable): Grant {
    return this.url.grantInvokeUrl(grantee);
  }

  /** Buckets may be added until the app is synthesized. */
  private bucketNames(): string {
    return Lazy.string({ produce: () => this.buckets.map(({ bucketName }) => bucketName).join(',') });
  }
}

/** The image's own environment says where model, label sets and classifiers are. */
type OwnVariables = Omit<ApiEnvironmentVariables, 'MODEL_FOLDER' | 'LABEL_SETS' | 'CLASSIFIER_FOLDER'>;

function environmentOf(
  { table, options, queue, deadLetterQueue, thumbnailPlace }: ImageApiProps,
  bucketNames: string,
  snapshotBucket: string | undefined,
): Record<string, string> {
  const { prefix, maximumBytes, apiWrites } = options;
  const variables = {
    TABLE_NAME: table.tableName,
    BUCKETS: bucketNames,
    ...(snapshotBucket !== undefined && { SNAPSHOT_BUCKET: snapshotBucket }),
    QUEUE_URL: queue.queueUrl,
    DEAD_LETTER_QUEUE_URL: deadLetterQueue.queueUrl,
    ...(table.tableStreamArn !== undefined && { STREAM_ARN: table.tableStreamArn }),
    ...(thumbnailPlace && {
      THUMBNAIL_BUCKET: thumbnailPlace.bucket.bucketName,
      THUMBNAIL_PREFIX: thumbnailPlace.prefix,
    }),
    ...(prefix.length > 0 && { KEY_PREFIXES: prefix.join(',') }),
    ...(maximumBytes !== undefined && { MAXIMUM_BYTES: String(maximumBytes) }),
    ...(apiWrites && { WRITES: 'true' }),
    ...(options.vectorIndex && { VECTOR_INDEX: 'true' }),
    ...shardVariables(options),
    ...logVariables(options),
  } satisfies OwnVariables;
  return variables;
}

/** What signs a request beside `authorization`. */
const SIGNING_HEADERS = ['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'];

/** Preflight requests are answered by Lambda itself, before it asks who is there. */
function corsFor(allowedOrigins: readonly string[]): FunctionUrlCorsOptions {
  return {
    allowedOrigins: [...allowedOrigins],
    allowedMethods: [HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST],
    allowedHeaders: ['authorization', 'content-type', 'if-none-match', ...SIGNING_HEADERS],
    exposedHeaders: ['etag', 'retry-after'],
    maxAge: Duration.hours(1),
  };
}

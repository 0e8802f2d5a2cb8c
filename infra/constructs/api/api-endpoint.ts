import type { FunctionUrl, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { AnyBucket } from '../../options/image-tagger-props.ts';

/** The HTTP API as others see it. */
export interface ApiEndpoint {
  /** Answers the requests. */
  readonly function: LambdaFunction;
  /** Where it answers: paths below `/api/v1`. */
  readonly url: FunctionUrl;
  /** Where its search leaves what it holds in memory, if it holds anything. */
  readonly snapshotBucket: AnyBucket | undefined;
}

import type { FunctionUrl, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';

/** The HTTP API as others see it. */
export interface ApiEndpoint {
  /** Answers the requests. */
  readonly function: LambdaFunction;
  /** Where it answers: paths below `/api/v1`. */
  readonly url: FunctionUrl;
}

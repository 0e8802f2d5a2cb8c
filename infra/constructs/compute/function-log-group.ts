import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { TaggerOptions } from '../../options/tagger-options.ts';

export interface FunctionLogGroupProps {
  readonly options: Pick<TaggerOptions, 'logRetentionDays'>;
  /** What the log is encrypted with. @default CloudWatch's own key */
  readonly dataKey?: IKey | undefined;
}

/** The log of a function, which goes with its stack. */
export function functionLogGroup(scope: Construct, { options, dataKey }: FunctionLogGroupProps): LogGroup {
  return new LogGroup(scope, 'Log', {
    retention: options.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(dataKey && { encryptionKey: dataKey }),
  });
}

import { awsError } from './aws-error.ts';
import { type DeployedStack, outputOf } from './deployed-stack.ts';

/** Long enough for a quiet week, short enough for the model and memory that are deployed now. */
export const MEASURED_DAYS = 14;

/** What CloudWatch says of the images that a stack has tagged lately. */
export interface MeasuredTime {
  readonly images: number;
  readonly millisecondsPerImage: number;
  /** Images per invocation. */
  readonly batchSize: number;
}

/**
 * Billed time per image of a deployed stack; undefined when it has tagged nothing in these days.
 *
 * @throws {CliptagError} `no-stack`, `no-access`, `stack-fault`
 */
export async function measuredTime(stack: DeployedStack): Promise<MeasuredTime | undefined> {
  const { name, region } = stack;
  const { functionUsage } = await import('../../adapters/aws/cloudwatch.ts');
  const usage = functionUsage(
    outputOf(stack, 'FunctionName'),
    MEASURED_DAYS,
    region === undefined ? {} : { region },
  );
  const { images, invocations, milliseconds } = await usage.catch((error: unknown) => {
    throw awsError(`the metrics of the stack "${name}" cannot be read`, 'stack-fault', error);
  });
  if (images === 0 || milliseconds === 0) return undefined;
  return { images, millisecondsPerImage: milliseconds / images, batchSize: images / invocations };
}

import { CliptagError } from '../../core/errors.ts';
import { awsError } from './aws-error.ts';
import { deployedStack, outputOf } from './deployed-stack.ts';

/** Long enough for a quiet week, short enough for the model and memory that are deployed now. */
export const MEASURED_DAYS = 14;

/** What CloudWatch says of the images that a stack has tagged lately, and of the function that did. */
export interface MeasuredTime {
  readonly images: number;
  readonly millisecondsPerImage: number;
  /** Images per invocation. */
  readonly batchSize: number;
  readonly memoryMegabytes: number;
  readonly architecture: string;
}

/**
 * Billed time per image of a deployed stack.
 *
 * @throws {CliptagError} `no-stack`, `no-access`; `no-usage` when it has tagged nothing in these days
 */
export async function measuredTime(stackName: string, region?: string): Promise<MeasuredTime> {
  const stack = await deployedStack(stackName, region);
  const { functionUsage } = await import('../../adapters/aws/cloudwatch.ts');
  const usage = functionUsage(
    outputOf(stack, 'FunctionName'),
    MEASURED_DAYS,
    region === undefined ? {} : { region },
  );
  const { images, invocations, milliseconds } = await usage.catch((error: unknown) => {
    throw awsError(`the metrics of the stack "${stackName}" cannot be read`, 'stack-fault', error);
  });
  if (images === 0 || milliseconds === 0) {
    throw new CliptagError(
      'no-usage',
      `CloudWatch knows of no image that the stack "${stackName}" has tagged in the last ${MEASURED_DAYS} days`,
    );
  }
  return {
    images,
    millisecondsPerImage: milliseconds / images,
    batchSize: images / invocations,
    memoryMegabytes: Number(outputOf(stack, 'FunctionMemoryMegabytes')),
    architecture: outputOf(stack, 'FunctionArchitecture'),
  };
}

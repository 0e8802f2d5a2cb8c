import type { StackOutputs } from '../../adapters/aws/cloudformation.ts';
import { CliptagError } from '../../core/errors.ts';
import { checkNotEmpty } from '../../terminal/flag-checks.ts';
import type { Flag } from '../../terminal/flags.ts';
import { awsError } from './aws-error.ts';

export const STACK_FLAG = {
  type: 'string',
  value: 'NAME',
  about: 'A deployed stack (cdk deploy calls it Cliptag). Its parts are looked up with your AWS credentials.',
  check: checkNotEmpty,
} as const satisfies Flag;

export const REGION_FLAG = {
  type: 'string',
  value: 'REGION',
  about: 'The AWS region of what is deployed. Default: what your AWS configuration says.',
  check: checkNotEmpty,
} as const satisfies Flag;

/** A stack of Cliptag in an AWS account, with the names of its parts. */
export interface DeployedStack {
  readonly name: string;
  /** Undefined: the one in the user's AWS configuration. */
  readonly region: string | undefined;
  readonly outputs: StackOutputs;
}

/**
 * Asks CloudFormation for a stack, so that nobody has to copy the names of tables and queues.
 *
 * @throws {CliptagError} `no-stack` when there is none of that name; `no-access` without good credentials
 */
export async function deployedStack(name: string, region?: string): Promise<DeployedStack> {
  const { stackOutputs } = await import('../../adapters/aws/cloudformation.ts');
  const outputs = await stackOutputs(name, region === undefined ? {} : { region }).catch((error: unknown) => {
    throw awsError(`the stack "${name}" cannot be read`, 'stack-fault', error);
  });
  if (outputs) return { name, region, outputs };
  const where = region === undefined ? 'the region that your AWS configuration names' : region;
  throw new CliptagError('no-stack', `there is no stack "${name}" in ${where}`);
}

/**
 * The value of one of the stack's outputs; infra/image-tagging-stack.ts gives them.
 *
 * @throws {CliptagError} `no-stack` when it has none of that name: the stack is of another program, or of an older version
 */
export function outputOf({ name, outputs }: DeployedStack, output: string): string {
  const value = outputs[output];
  if (value !== undefined) return value;
  throw new CliptagError(
    'no-stack',
    `the stack "${name}" has no output ${output}: it is none of Cliptag's, or was deployed by an older version`,
  );
}

/** The buckets whose images the stack tags. */
export function bucketsOf(stack: DeployedStack): readonly string[] {
  return outputOf(stack, 'BucketNames').split(',');
}

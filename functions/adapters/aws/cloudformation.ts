import {
  CloudFormationClient,
  type CloudFormationClientConfig,
  DescribeStacksCommand,
  type Output,
} from '@aws-sdk/client-cloudformation';
import { awsClientDefaults } from './aws-client-defaults.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

/** A stack's outputs, name → value. */
export type StackOutputs = Readonly<Record<string, string>>;

export type CloudFormationOptions = Pick<
  CloudFormationClientConfig,
  'endpoint' | 'region' | 'credentials' | 'maxAttempts'
>;

/** A stack of the caller's account. */
export interface StackDescription {
  /** Account of the stack, which is the caller's. */
  readonly account: string;
  readonly outputs: StackOutputs;
}

/**
 * The outputs of a stack; undefined when there is none of that name, or it has been deleted.
 *
 * @throws the SDK's exceptions for all other errors
 */
export async function stackOutputs(
  stackName: string,
  config: CloudFormationOptions = {},
): Promise<StackOutputs | undefined> {
  return (await describeStack(stackName, config))?.outputs;
}

/** The outputs of a stack, as {@link stackOutputs} gives them, and its account. */
export async function describeStack(
  stackName: string,
  config: CloudFormationOptions = {},
): Promise<StackDescription | undefined> {
  const client = new CloudFormationClient({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    return stack && { account: accountOf(stack.StackId), outputs: outputsOf(stack.Outputs) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}

/** `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID` */
function accountOf(stackId = ''): string {
  return stackId.split(':')[4] ?? '';
}

function outputsOf(outputs: readonly Output[] = []): StackOutputs {
  return Object.fromEntries(outputs.map((one) => [one.OutputKey ?? '', one.OutputValue ?? '']));
}

/**
 * For a missing stack CloudFormation answers "ValidationError: Stack with id … does not exist"; other faulty requests
 * are ValidationErrors, too.
 */
function isMissing(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);
}

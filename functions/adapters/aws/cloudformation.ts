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

export interface StackDescription {
  /** Of whoever asked, and so of the stack. */
  readonly account: string;
  readonly outputs: StackOutputs;
}

/**
 * What a stack says of itself; undefined when there is none of that name, or it has been deleted.
 *
 * @throws the SDK's exceptions, other than that
 */
export async function stackOutputs(
  stackName: string,
  config: CloudFormationOptions = {},
): Promise<StackOutputs | undefined> {
  return (await describeStack(stackName, config))?.outputs;
}

/** {@link stackOutputs}, and the account in which the stack stands. */
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

/** A stack that is not there is "ValidationError: Stack with id … does not exist", as other faulty requests are. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);
}

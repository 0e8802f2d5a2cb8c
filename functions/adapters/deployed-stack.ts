import {
  CloudFormationClient,
  type CloudFormationClientConfig,
  DescribeStacksCommand,
  type Output,
} from '@aws-sdk/client-cloudformation';
import { awsClientDefaults } from './aws-client-defaults.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 5_000;

export type CloudFormationOptions = Pick<
  CloudFormationClientConfig,
  'endpoint' | 'region' | 'credentials' | 'maxAttempts'
>;

/** What a stack that stands in an account says of itself. */
export interface DeployedStack {
  readonly account: string;
  /** By name; names of tables, queues and functions among them. */
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * A stack by its name; `undefined` when there is none.
 *
 * @throws The SDK's exceptions, other than that there is no such stack
 */
export async function deployedStack(
  StackName: string,
  config: CloudFormationOptions = {},
): Promise<DeployedStack | undefined> {
  const client = new CloudFormationClient({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    return stack && { account: accountOf(stack.StackId), outputs: outputsOf(stack.Outputs) };
  } catch (error) {
    // CloudFormation has no error of its own for it.
    if (error instanceof Error && /\bdoes not exist\b/.test(error.message)) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}

/** `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID` */
function accountOf(stackId = ''): string {
  return stackId.split(':')[4] ?? '';
}

function outputsOf(outputs: readonly Output[] = []) {
  return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

import {
  CloudFormationClient,
  type CloudFormationClientConfig,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { awsClientDefaults } from './aws-client-defaults.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

/** A stack's outputs, name → value. */
export type StackOutputs = Readonly<Record<string, string>>;

/**
 * What a stack says of itself; undefined when there is none of that name, or it has been deleted.
 *
 * @throws the SDK's exceptions, other than that
 */
export async function stackOutputs(
  stackName: string,
  config: Pick<CloudFormationClientConfig, 'endpoint' | 'region' | 'credentials'> = {},
): Promise<StackOutputs | undefined> {
  const client = new CloudFormationClient({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const outputs = Stacks[0]?.Outputs ?? [];
    return (
      Stacks[0] && Object.fromEntries(outputs.map((one) => [one.OutputKey ?? '', one.OutputValue ?? '']))
    );
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}

/** A stack that is not there is "ValidationError: Stack with id … does not exist", as other faulty requests are. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);
}

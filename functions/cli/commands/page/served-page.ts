import { requestSigner } from '../../../adapters/aws/request-signer.ts';
import { CliptagError } from '../../../core/errors.ts';
import { startStackPage } from '../../../stack-page/stack-page.ts';
import { UsageError } from '../../../terminal/exit-code.ts';
import { untilStopped } from '../../../terminal/interruption.ts';
import type { Output } from '../../../terminal/output.ts';
import { awsError } from '../../pipeline/aws-error.ts';
import { type DeployedStack, deployedStack } from '../../pipeline/deployed-stack.ts';
import { showAddress } from './shown-address.ts';

export interface ServedPageOptions {
  readonly stack: string;
  readonly region?: string | undefined;
  readonly port: number;
  readonly open?: boolean | undefined;
}

/**
 * Serves the page of a stack until it is stopped.
 *
 * @throws {CliptagError} `no-api` when the stack was deployed without; others as {@link deployedStack} has them
 */
export async function servePageOf(options: ServedPageOptions, output: Output): Promise<void> {
  const stack = await deployedStack(options.stack, options.region);
  const apiUrl = apiUrlOf(stack);
  const region = regionOf(apiUrl) ?? options.region;
  const sign = requestSigner({ service: 'lambda', ...(region !== undefined && { region }) });
  const served = await startStackPage({
    port: options.port,
    apiUrl,
    sign: (request) =>
      sign(request).catch((error: unknown) => {
        throw awsError('the request cannot be signed', 'stack-fault', error);
      }),
  }).catch((error: unknown) => {
    throw startError(error);
  });
  try {
    await untilStopped(async () => {
      const address = new URL(`http://127.0.0.1:${served.port}`);
      await showAddress(address, { isOpened: options.open ?? false }, output);
      output.remark(
        `cliptag page: shows the stack "${stack.name}" by ${apiUrl.host}, signed with your credentials; Ctrl-C ends it`,
      );
    });
  } finally {
    await served.close();
  }
}

function apiUrlOf({ name, outputs }: DeployedStack): URL {
  const { ApiUrl: url } = outputs;
  if (url !== undefined && URL.canParse(url)) return new URL(url);
  throw new CliptagError(
    'no-api',
    `the stack "${name}" has no HTTP API, which the page asks: deploy it with cdk deploy -c api=true`,
  );
}

/** `https://ID.lambda-url.REGION.on.aws/`: the signature must be of the region that the function is in. */
function regionOf({ hostname }: URL): string | undefined {
  return /\.lambda-url\.([a-z0-9-]+)\./.exec(hostname)?.[1];
}

function startError(error: unknown): unknown {
  const { code, port } = (error ?? {}) as NodeJS.ErrnoException & { port?: number };
  if (code !== 'EADDRINUSE') return error;
  return new UsageError([
    `port ${port} of 127.0.0.1 is taken: stop what listens there, or choose another with --http-port`,
  ]);
}

import { LOCAL_PIPELINE } from '../../../local/control-api/local-pipeline.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { checkServerPort } from '../../../terminal/flag-checks.ts';
import { type FlagValues, onlyFlags } from '../../../terminal/flags.ts';
import type { Output } from '../../../terminal/output.ts';
import { REGION_FLAG, STACK_FLAG } from '../../pipeline/deployed-stack.ts';
import { showAddress } from './shown-address.ts';

/** Beside a local pipeline, whose page has its own. */
const STACK_PAGE_PORT = 3001;

const flags = {
  stack: STACK_FLAG,
  region: REGION_FLAG,
  'http-port': {
    type: 'string',
    value: 'PORT',
    about: `With --stack, where the page is served on 127.0.0.1; 0 takes a free port. Default: ${STACK_PAGE_PORT}. Else the port of the local pipeline's page. Default: ${LOCAL_PIPELINE.httpPort}.`,
    check: checkServerPort,
  },
  open: { type: 'boolean', about: 'With --stack: open the page in a browser, too.' },
} as const;

type Flags = FlagValues<typeof flags>;

export const page = command({
  usage: `page [--http-port PORT]
       cliptag page --stack NAME [--region REGION] [--http-port PORT] [--open]`,
  about: `Opens the page of the local pipeline in a browser. With --stack it serves the same page on this machine for a stack that was
deployed with its HTTP API (cdk deploy -c api=true), until Ctrl-C: requests are signed with your AWS credentials, so that
the page may do what they may. Nothing is made public, but whoever uses this machine meanwhile can use the page as well.
Exit code: 0, also after Ctrl-C; 2 when there is no such pipeline or stack, or it has no API.`,
  example: 'page --stack Cliptag --open',
  flags,
  check: ({ flags: given, operands }) => [
    ...onlyFlags(operands),
    ...(given.region !== undefined && given.stack === undefined ? ['--region needs --stack'] : []),
    ...(given['http-port'] === '0' && given.stack === undefined
      ? ['--http-port: expected the port of the local pipeline’s page but received "0"']
      : []),
  ],
  run: async ({ flags: given }, output) => {
    if (given.stack === undefined) await openLocalPage(given, output);
    else {
      const { servePageOf } = await import('./served-page.ts');
      const port = Number(given['http-port'] ?? STACK_PAGE_PORT);
      await servePageOf({ ...given, stack: given.stack, port }, output);
    }
    return EXIT.done;
  },
});

async function openLocalPage({ 'http-port': port = String(LOCAL_PIPELINE.httpPort) }: Flags, output: Output) {
  const { localPipeline } = await import('../../pipeline/local-pipeline.ts');
  await localPipeline(Number(port));
  await showAddress(new URL(`http://127.0.0.1:${port}`), { isOpened: true }, output);
}

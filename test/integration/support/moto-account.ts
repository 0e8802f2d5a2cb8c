import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type FunctionRunner, startLambdaProxy } from './lambda-proxy.ts';

const CDK = resolve('node_modules/aws-cdk/bin/cdk');
const START_SECONDS = 60;

/** An account of moto's, an independent stand-in for AWS, with what the CDK's command line needs to deploy to it. */
export interface MotoAccount {
  /** For clients of the SDK. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly id: string;
  /** For programs that find AWS by their environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs the CDK's command line; gives what it printed. */
  cdk(...parameters: string[]): Promise<string>;
  /** Runs AWS's own command line; gives what it answered. */
  aws<Answer>(...parameters: string[]): Promise<Answer>;
  /** The calls of Docker that the CDK made. moto takes an image's name for the image, so none needs to be built. */
  dockerCalls(): Promise<readonly string[][]>;
  close(): Promise<void>;
}

/** @param invoke answers the calls of functions, which moto itself would run in Docker. @default moto's own way */
export async function openMotoAccount(invoke?: FunctionRunner): Promise<MotoAccount> {
  const folder = await mkdtemp(join(tmpdir(), 'cliptag-moto-'));
  const motoPort = await freePort();
  const proxy = invoke ? await startLambdaProxy(motoPort, invoke) : undefined;
  const port = proxy?.port ?? motoPort;
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(motoPort)], {
    stdio: 'ignore',
    detached: true,
    // Where its own interpreter of workflows looks for the services.
    env: { ...process.env, MOTO_PORT: String(port) },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(moto, endpoint);
  const docker = await dockerStandIn(folder);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const region = 'us-east-1';
  const env = {
    ...withoutAws(process.env),
    ...{
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
    },
    // A bucket's name goes before a host's name, and never before a number.
    ...{ AWS_ENDPOINT_URL: `http://localhost:${port}`, AWS_ENDPOINT_URL_S3: endpoint },
    ...{ CDK_DOCKER: docker.program, CDK_DISABLE_CLI_TELEMETRY: 'true', HOME: folder },
  };
  return {
    client: { endpoint, region, credentials },
    id: '123456789012',
    env,
    async cdk(...parameters) {
      // In a folder without a cdk.json: nothing is synthesized but what the test names.
      const run = promisify(execFile)(process.execPath, [CDK, ...parameters], { cwd: folder, env });
      const { stdout, stderr } = await run;
      return stdout + stderr;
    },
    async aws<Answer>(...parameters: string[]): Promise<Answer> {
      const { stdout } = await promisify(execFile)('aws', [...parameters, '--output', 'json'], { env });
      return JSON.parse(stdout || 'null');
    },
    dockerCalls: docker.calls,
    async close() {
      // The Python launcher may have a child of its own: the whole group that was started here ends.
      if (moto.pid) process.kill(-moto.pid);
      await proxy?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A program that takes down how it was called. An image that is asked for is not there, all else succeeds. */
async function dockerStandIn(folder: string) {
  const program = join(folder, 'docker');
  const log = join(folder, 'docker-calls');
  const script = [
    `#!${process.execPath}`,
    `require('node:fs').appendFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(2)) + '\\n');`,
    `process.exit(process.argv[2] === 'inspect' ? 1 : 0);`,
  ];
  await writeFile(program, script.join('\n'), { mode: 0o755 });
  await writeFile(log, '');
  const calls = async (): Promise<string[][]> =>
    (await readFile(log, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return { program, calls };
}

function withoutAws(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !/^(AWS|CDK)_/.test(name)));
}

async function answering(moto: ChildProcess, endpoint: string): Promise<void> {
  const deadline = Date.now() + START_SECONDS * 1_000;
  while (
    !(await fetch(`${endpoint}/moto-api/data.json`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (moto.exitCode !== null || Date.now() > deadline) throw new Error('moto did not start');
    await sleep(200);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || !address) throw new Error('Expected a port');
  return address.port;
}

import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { inject } from 'vitest';
import { motoOrigin, startMoto } from '../../moto-server.ts';
import { type FunctionRunner, startLambdaProxy } from './lambda-proxy.ts';

const CDK = resolve('node_modules/aws-cdk/bin/cdk');
const BOOTSTRAP_TEMPLATE = resolve('node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml');

/**
 * Of each request. Cliptag's give up an attempt after 10 seconds, and the SDK's three are gone while moto, which answers one after
 * the other, works for everyone else on a busy machine. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
const ATTEMPTS = 12;

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** An account of moto, an independent stand-in for AWS, with what the CDK's command line needs to deploy to it. */
export interface MotoAccount {
  /** For clients of the SDK. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: Credentials;
    readonly maxAttempts: number;
  };
  readonly id: string;
  /** For programs that find AWS by their environment. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Makes what every deployment needs, of the template of `cdk bootstrap`, which takes seconds to start; the command itself is
   * tried by test/deployment/moto-deployment.test.ts.
   */
  bootstrap(): Promise<void>;
  /** Runs the CDK's command line; gives what it printed. */
  cdk(...parameters: string[]): Promise<string>;
  /** Runs AWS's own command line; gives what it answered. Takes most of a second. */
  aws<Answer>(...parameters: string[]): Promise<Answer>;
  /** Calls Lambda's API, of which the SDK's client is none of our dependencies. */
  lambda<Answer>(method: 'GET' | 'PUT', path: string, body?: object): Promise<Answer>;
  /** The calls of Docker that the CDK made. moto takes an image's name for the image, so none needs to be built. */
  dockerCalls(): Promise<readonly string[][]>;
  close(): Promise<void>;
}

/**
 * Opens an account that no other test has.
 *
 * @param invoke answers the calls of functions, which moto itself would run in Docker; then the account has a server of
 * its own. @default moto's own way, on the server of all tests
 */
export async function openMotoAccount(invoke?: FunctionRunner): Promise<MotoAccount> {
  const folder = await mkdtemp(join(tmpdir(), 'cliptag-moto-'));
  const own = invoke && (await startOwnMoto(invoke));
  const endpoint = own?.origin ?? (await motoOrigin(inject('motoLog')));
  const id = String(randomInt(1e11, 1e12));
  const credentials = await credentialsOf(id, endpoint);
  const docker = await dockerStandIn(folder);
  const region = 'us-east-1';
  const env = {
    ...withoutAws(process.env),
    ...{
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
    },
    // A bucket's name goes before a host's name, and never before a number.
    ...{ AWS_ENDPOINT_URL: endpoint.replace('127.0.0.1', 'localhost'), AWS_ENDPOINT_URL_S3: endpoint },
    AWS_MAX_ATTEMPTS: String(ATTEMPTS),
    ...{ CDK_DOCKER: docker.program, CDK_DISABLE_CLI_TELEMETRY: 'true', HOME: folder },
  };
  return {
    client: { endpoint, region, credentials, maxAttempts: ATTEMPTS },
    id,
    env,
    async bootstrap() {
      const cloudFormation = new CloudFormationClient({
        endpoint,
        region,
        credentials,
        maxAttempts: ATTEMPTS,
      });
      const TemplateBody = await readFile(BOOTSTRAP_TEMPLATE, 'utf8');
      // As the command has it: no key of its own.
      const Parameters = [{ ParameterKey: 'FileAssetsBucketKmsKeyId', ParameterValue: 'AWS_MANAGED_KEY' }];
      await cloudFormation.send(
        new CreateStackCommand({ StackName: 'CDKToolkit', TemplateBody, Parameters }),
      );
      cloudFormation.destroy();
    },
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
    async lambda<Answer>(method: 'GET' | 'PUT', path: string, body?: object): Promise<Answer> {
      const url = `${endpoint}/2015-03-31/${path}`;
      const headers = { Authorization: authorization(credentials.accessKeyId, 'lambda') };
      const answer = await fetch(url, { method, headers, body: body ? JSON.stringify(body) : null });
      if (!answer.ok) throw new Error(`${answer.headers.get('x-amzn-errortype')}: ${await answer.text()}`);
      return (await answer.json()) as Answer;
    },
    dockerCalls: docker.calls,
    async close() {
      await own?.close();
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

async function startOwnMoto(invoke: FunctionRunner) {
  const proxy = await startLambdaProxy(invoke);
  // Where its own interpreter of workflows looks for the services.
  const moto = startMoto(inject('runFolder'), { MOTO_PORT: String(proxy.port) });
  const close = async () => {
    await moto.stop();
    await proxy.close();
  };
  try {
    proxy.standBefore(await motoOrigin(moto.log, moto.hasEnded));
  } catch (error) {
    await close();
    throw error;
  }
  return { origin: `http://127.0.0.1:${proxy.port}`, close };
}

/** moto makes an account for anyone who takes a role in it. */
async function credentialsOf(account: string, endpoint: string): Promise<Credentials> {
  const RoleArn = `arn:aws:iam::${account}:role/test`;
  const body = new URLSearchParams({
    ...{ Action: 'AssumeRole', Version: '2011-06-15', RoleSessionName: 'test', RoleArn },
  });
  const headers = { Authorization: authorization('test', 'sts') };
  const answer = await (await fetch(endpoint, { method: 'POST', headers, body })).text();
  const part = (name: string) => new RegExp(`<${name}>([^<]+)<`).exec(answer)?.[1] ?? '';
  return {
    accessKeyId: part('AccessKeyId'),
    secretAccessKey: part('SecretAccessKey'),
    sessionToken: part('SessionToken'),
  };
}

/** moto reads who asks for which service, and checks no signature. */
function authorization(accessKeyId: string, service: string): string {
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/${service}/aws4_request`;
}

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bucketState } from '../../functions/adapters/aws/bucket-state.ts';
import { readDeploymentEnvironment } from '../../functions/config.ts';
import { preflight } from '../../infra/preflight/preflight.ts';

/** Answers that are not as one wishes; moto-deployment.test.ts has those that are. */
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  vi.unstubAllEnvs();
});

/** An endpoint that answers every request alike, or never if no status is given. */
async function answering(status?: number, headers: Record<string, string> = {}, body = ''): Promise<string> {
  server = createServer((_, response) => {
    if (status !== undefined) response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function stub(endpoint: string): void {
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
}

const ENVIRONMENT = { account: '123456789012', region: 'us-east-1', docker: process.execPath };
const SETTINGS = { bucket: ['photos'], stackName: 'Cliptag', replaceEmbeddings: false };

describe('the state of a bucket', () => {
  const options = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const region = (name: string) => ({ 'x-amz-bucket-region': name });

  it.each([
    [200, region('us-east-1'), { kind: 'there' }],
    [200, {}, { kind: 'there' }],
    [404, {}, { kind: 'missing' }],
    [403, region('us-east-1'), { kind: 'denied' }],
    [301, region('eu-west-1'), { kind: 'elsewhere', region: 'eu-west-1' }],
    [400, region('eu-west-1'), { kind: 'elsewhere', region: 'eu-west-1' }],
  ])('is told from status %d and headers %j', async (status, headers, state) => {
    expect(await bucketState('photos', { ...options, endpoint: await answering(status, headers) })).toEqual(
      state,
    );
  });

  it('is unknown where S3 fails', async () => {
    const state = bucketState('photos', { ...options, endpoint: await answering(503), maxAttempts: 1 });
    await expect(state).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
  });
});

describe('a look at the account', () => {
  it('tells of what it is denied, and keeps nothing from being deployed', async () => {
    stub(
      await answering(
        403,
        { 'content-type': 'text/xml' },
        '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
      ),
    );
    const { faults, notices } = await preflight(SETTINGS, 'new', ENVIRONMENT);
    expect(faults).toEqual([]);
    expect(notices).toEqual([
      expect.stringMatching(/^The bucket photos could not be looked at/),
      expect.stringMatching(/^The stack Cliptag could not be looked at .*AccessDenied/),
      // Node has no command "version".
      expect.stringMatching(/^No Docker engine answers/),
    ]);
  });

  it('ends where nobody answers', async () => {
    stub(await answering());
    const environment = { ...ENVIRONMENT, docker: 'no-such-program' };
    const { faults, notices } = await preflight(SETTINGS, 'new', environment, 500);
    expect(faults).toEqual([]);
    expect(notices).toEqual([
      expect.stringContaining('no answer within 0.5 s'),
      expect.stringContaining('no answer within 0.5 s'),
      expect.stringContaining('No Docker engine answers'),
    ]);
  });
});

describe('where the CDK is about to deploy to', () => {
  it('is known where its command line has credentials', () => {
    const variables = { CDK_DEFAULT_ACCOUNT: '123456789012', CDK_DEFAULT_REGION: 'eu-west-1' };
    expect(readDeploymentEnvironment(variables)).toEqual({
      account: '123456789012',
      region: 'eu-west-1',
      docker: 'docker',
    });
    expect(readDeploymentEnvironment({ ...variables, CDK_DOCKER: 'finch' })?.docker).toBe('finch');
  });

  it('is unknown without, so that nothing is asked', () => {
    expect(readDeploymentEnvironment({ CDK_DEFAULT_REGION: 'eu-west-1' })).toBeUndefined();
    expect(readDeploymentEnvironment({})).toBeUndefined();
  });
});

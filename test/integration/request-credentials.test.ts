import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { awsClientDefaults } from '../../functions/adapters/aws/aws-client-defaults.ts';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { listen, loopbackUrl, stop } from '../../functions/local/http/loopback-server.ts';
import { scriptedServer } from '../fixtures/scripted-server.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const READ = { Key: { PK: 'a', SK: 'IMAGE' }, ConsistentRead: true };
const FOUND = { body: { Item: { PK: { S: 'a' } } } };

/** Files and variables of a user who has none, whatever this machine has. */
let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', folder);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(() => void vi.unstubAllEnvs());

/** Which key and token signed a request of the adapter, and which one of the SDK's own. */
async function signers() {
  const server = await scriptedServer(() => FOUND);
  const settings = { endpoint: server.url, region: 'us-east-1', maxAttempts: 1 };
  await dynamoDbTagTable({ tableName: 't', client: settings }).read(READ);
  const client = new DynamoDBClient({ ...awsClientDefaults(10_000), ...settings });
  await client.send(new GetItemCommand({ TableName: 't', Key: { PK: { S: 'a' } } }));
  const [own, sdk] = server.requests.map(({ headers }) => ({
    key: /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1],
    token: headers['x-amz-security-token'],
  }));
  return { own, sdk };
}

/** A service that hands out credentials, each time others. */
async function credentialService(answer: (url: string, count: number) => unknown) {
  let count = 0;
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    const body = answer(incoming.url ?? '', count++);
    outgoing.writeHead(body === undefined ? 404 : 200);
    outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  onTestFinished(() => stop(server));
  return { url: loopbackUrl(await listen(server, 0)), requests: () => count };
}

const temporary = (key: string, seconds: number) => ({
  ...{ AccessKeyId: key, SecretAccessKey: 's', Token: `token of ${key}`, Code: 'Success' },
  Expiration: new Date(Date.now() + 1_000 * seconds).toISOString(),
});

describe('credentials are found where the SDK finds them', () => {
  it('in the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'ENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
    vi.stubEnv('AWS_SESSION_TOKEN', 'of a session');
    const { own, sdk } = await signers();
    expect(own).toEqual({ key: 'ENV', token: 'of a session' });
    expect(own).toEqual(sdk);
  });

  it('in a profile', async () => {
    await writeFile(
      join(folder, 'credentials'),
      '[default]\naws_access_key_id=OTHER\naws_secret_access_key=s\n[mine]\naws_access_key_id=PROFILE\naws_secret_access_key=s\n',
    );
    vi.stubEnv('AWS_PROFILE', 'mine');
    const { own, sdk } = await signers();
    expect(own).toEqual({ key: 'PROFILE', token: undefined });
    expect(own).toEqual(sdk);
  });

  it('by a program that a profile names', async () => {
    const told = { Version: 1, ...temporary('PROCESS', 3_600), SessionToken: 'of a process' };
    await writeFile(join(folder, 'told.json'), JSON.stringify(told));
    await writeFile(join(folder, 'config'), `[default]\ncredential_process = cat ${folder}/told.json\n`);
    const { own, sdk } = await signers();
    expect(own).toEqual({ key: 'PROCESS', token: 'of a process' });
    expect(own).toEqual(sdk);
  });

  it('by single sign-on', async () => {
    const roles = { accessKeyId: 'SSO', secretAccessKey: 's', sessionToken: 'of a sign-on' };
    const { url } = await credentialService(() => ({
      roleCredentials: { ...roles, expiration: Date.now() + 3_600_000 },
    }));
    vi.stubEnv('AWS_ENDPOINT_URL_SSO', url);
    const start = 'https://mine.awsapps.com/start';
    await writeFile(
      join(folder, 'config'),
      `[default]\nsso_start_url=${start}\nsso_region=us-east-1\nsso_account_id=123456789012\nsso_role_name=mine\n`,
    );
    await mkdir(join(folder, '.aws/sso/cache'), { recursive: true });
    const session = { accessToken: 'signed in', expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
    // The name is the SHA-1 digest of where one signs in.
    const { createHash } = await import('node:crypto');
    const name = `${createHash('sha1').update(start).digest('hex')}.json`;
    await writeFile(join(folder, '.aws/sso/cache', name), JSON.stringify(session));
    const { own, sdk } = await signers();
    expect(own).toEqual({ key: 'SSO', token: 'of a sign-on' });
    expect(own).toEqual(sdk);
  });

  it('at the container that runs it', async () => {
    const { url } = await credentialService(() => temporary('CONTAINER', 3_600));
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${url}/role`);
    const { own, sdk } = await signers();
    expect(own).toEqual({ key: 'CONTAINER', token: 'token of CONTAINER' });
    expect(own).toEqual(sdk);
  });

  it('at the machine of EC2 that runs it', async () => {
    const { url } = await credentialService((path) => {
      if (path.endsWith('/api/token')) return 'token';
      return path.endsWith('/security-credentials/') ? 'role' : temporary('MACHINE', 3_600);
    });
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', undefined);
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', url);
    const { own, sdk } = await signers();
    expect(own).toEqual({ key: 'MACHINE', token: 'token of MACHINE' });
    expect(own).toEqual(sdk);
  });
});

describe('credentials that expire', () => {
  it('are asked for anew in time, and once by all requests', async () => {
    // Within the five minutes before its end a key is renewed.
    const service = await credentialService((_, count) => temporary(`KEY${count}`, count === 0 ? 60 : 3_600));
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${service.url}/role`);
    const server = await scriptedServer(() => FOUND);
    const table = dynamoDbTagTable({
      tableName: 't',
      client: { endpoint: server.url, region: 'us-east-1', maxAttempts: 1 },
    });
    await table.read(READ);
    await Promise.all(Array.from({ length: 10 }, () => table.read(READ)));
    await table.read(READ);
    const keys = server.requests.map(
      ({ headers }) => /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1],
    );
    expect(keys[0]).toBe('KEY0');
    expect(keys.at(-1)).toBe('KEY1');
    expect(service.requests()).toBe(2);
  });
});

import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import type { S3EventRecord, S3Notification } from '../../functions/local/s3-endpoint/notification.ts';
import { type S3EndpointOptions, startS3Endpoint } from '../../functions/local/s3-endpoint/s3-endpoint.ts';
import { ACCESS_KEY, SECRET } from './s3-endpoint-credentials.ts';

export const BUCKET = 'photos';
export const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:uploads';

/** A running endpoint with an empty bucket, gone when the test has finished. */
export async function openEndpoint(options: Partial<S3EndpointOptions> = {}) {
  const directory = options.directory ?? (await temporaryDirectory());
  const notifications: { queueArn: string; notification: S3Notification }[] = [];
  const endpoint = await startS3Endpoint({
    directory,
    port: 0,
    credentials: { [ACCESS_KEY]: SECRET },
    onNotification: async (queueArn, notification) => void notifications.push({ queueArn, notification }),
    ...options,
  });
  const client = s3Client(endpoint.url);
  onTestFinished(async () => {
    client.destroy();
    await endpoint.close();
  });
  return { ...endpoint, directory, client, notifications, records: () => recordsOf(notifications) };
}

/** The same, with a bucket that tells a queue of everything. */
export async function openEndpointWithBucket(options: Partial<S3EndpointOptions> = {}) {
  const endpoint = await openEndpoint(options);
  await endpoint.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await notifyQueue(endpoint.client, { Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] });
  return endpoint;
}

type QueueSettings = NonNullable<
  NonNullable<
    ConstructorParameters<typeof PutBucketNotificationConfigurationCommand>[0]['NotificationConfiguration']
  >['QueueConfigurations']
>[number];

export async function notifyQueue(
  client: S3Client,
  settings: Omit<QueueSettings, 'QueueArn'>,
): Promise<void> {
  await client.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: BUCKET,
      NotificationConfiguration: { QueueConfigurations: [{ QueueArn: QUEUE_ARN, ...settings }] },
    }),
  );
}

export function s3Client(url: string, overrides: { secret?: string; accessKeyId?: string } = {}): S3Client {
  return new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: {
      accessKeyId: overrides.accessKeyId ?? ACCESS_KEY,
      secretAccessKey: overrides.secret ?? SECRET,
    },
  });
}

/** The event records among notifications: all but `s3:TestEvent`. */
export function recordsOf(notifications: readonly { notification: S3Notification }[]): S3EventRecord[] {
  return notifications.flatMap(({ notification }) => ('Records' in notification ? notification.Records : []));
}

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'cliptag-s3-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** How many files an endpoint keeps, finished and unfinished. */
export async function countFiles(directory: string): Promise<{ blobs: number; unfinished: number }> {
  const count = async (name: string) => (await readdir(join(directory, name))).length;
  return { blobs: await count('blobs'), unfinished: await count('unfinished') };
}

/** Bytes that no two of which look alike for long, the same on each run. */
export function someBytes(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

export interface RawRequest {
  readonly method?: string;
  /** Path and query, percent-encoded. */
  readonly target: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a request as it is, over a connection of its own. */
export function send(
  url: string,
  { method = 'GET', target, headers = {}, body }: RawRequest,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const outgoing = httpRequest({ hostname, port, method, path: target, headers, agent: false });
    outgoing.on('error', reject);
    outgoing.on('response', async (incoming) => {
      try {
        const pieces: Buffer[] = [];
        for await (const piece of incoming) pieces.push(piece);
        const text = Buffer.concat(pieces).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
      } catch (error) {
        reject(error);
      }
    });
    outgoing.end(body);
  });
}

/** Adds a header signature (SigV4), made here and not by the code under test. */
export function signed(url: string, request: RawRequest, signing: { date?: Date; bodyHash?: string } = {}) {
  const timestamp = amzDate(signing.date ?? new Date());
  const bodyHash = signing.bodyHash ?? sha256(request.body ?? '');
  const headers: Record<string, string> = {
    host: new URL(url).host,
    ...request.headers,
    'x-amz-date': timestamp,
    'x-amz-content-sha256': bodyHash,
  };
  const names = Object.keys(headers).sort();
  const [path = '', query = ''] = request.target.split('?');
  const canonical = [
    request.method ?? 'GET',
    path,
    canonicalQuery(query),
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    bodyHash,
  ].join('\n');
  const { scope, signature, key } = signatureOf(timestamp, canonical);
  const authorization = `AWS4-HMAC-SHA256 Credential=${ACCESS_KEY}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return {
    request: { ...request, headers: { ...headers, authorization } },
    signature,
    key,
    scope,
    timestamp,
  };
}

/** Path and query of a presigned URL. */
export function presigned(
  url: string,
  { method = 'GET', path, query: more = {}, expiresSeconds = 60, date = new Date() }: PresignedRequest,
): string {
  const timestamp = amzDate(date);
  const scope = `${timestamp.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const query = canonicalQuery(
    new URLSearchParams({
      ...more,
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': `${ACCESS_KEY}/${scope}`,
      'X-Amz-Date': timestamp,
      'X-Amz-Expires': String(expiresSeconds),
      'X-Amz-SignedHeaders': 'host',
    }).toString(),
  );
  const canonical = [method, path, query, `host:${new URL(url).host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join(
    '\n',
  );
  return `${path}?${query}&X-Amz-Signature=${signatureOf(timestamp, canonical).signature}`;
}

interface PresignedRequest {
  readonly method?: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly expiresSeconds?: number;
  readonly date?: Date;
}

export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function signatureOf(timestamp: string, canonicalRequest: string) {
  const day = timestamp.slice(0, 8);
  const scope = `${day}/us-east-1/s3/aws4_request`;
  const key = hmac(hmac(hmac(hmac(`AWS4${SECRET}`, day), 'us-east-1'), 's3'), 'aws4_request');
  const text = ['AWS4-HMAC-SHA256', timestamp, scope, sha256(canonicalRequest)].join('\n');
  return { scope, key, signature: hmac(key, text).toString('hex') };
}

function amzDate(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function canonicalQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
}

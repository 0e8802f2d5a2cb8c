import { createHash, createHmac } from 'node:crypto';
import { CloudFormationClient, type CloudFormationClientConfig } from '@aws-sdk/client-cloudformation';
import { SignatureV4 } from '@smithy/signature-v4';
import { awsClientDefaults } from './aws-client-defaults.ts';

/** What of a request is signed: all of it. */
export interface RequestToSign {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

/** Gives the headers that a request goes out with: those that it has, and its signature. */
export type RequestSigner = (request: RequestToSign) => Promise<Record<string, string>>;

export interface RequestSignerOptions extends Pick<CloudFormationClientConfig, 'region' | 'credentials'> {
  /** As IAM calls it, such as `lambda` for the URLs of functions. */
  readonly service: string;
}

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

/**
 * Signs requests that no client of the SDK sends, with Signature Version 4 and what the SDK finds of credentials and region: whatever
 * profile, single sign-on or role its clients would use, renewed as it expires.
 *
 * @throws the SDK's exceptions when there are no credentials, or no region
 * @example
 * const sign = requestSigner({ service: 'lambda', region: 'eu-central-1' });
 * const headers = await sign({ method: 'GET', url: new URL('https://….lambda-url.eu-central-1.on.aws/'), headers: {} });
 */
export function requestSigner({ service, ...config }: RequestSignerOptions): RequestSigner {
  // It sends nothing: of all clients this one is loaded already where a stack is looked up.
  const client = new CloudFormationClient({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  const { credentials, region } = client.config;
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  return async ({ method, url, headers, body }) => {
    const signed = await signer.sign({
      ...{ method, protocol: url.protocol, hostname: url.hostname, path: url.pathname, body },
      query: queryOf(url),
      headers: { ...headers, host: url.host },
    });
    return signed.headers;
  };
}

function queryOf({ searchParams }: URL): Record<string, string[]> {
  const names = [...new Set(searchParams.keys())];
  return Object.fromEntries(names.map((name) => [name, searchParams.getAll(name)]));
}

type Data = string | ArrayBuffer | ArrayBufferView;

/** The hash as the SDK's signer wants it: with a secret, an HMAC. */
class Sha256 {
  private hash;

  constructor(private readonly secret?: Data) {
    this.hash = newHash(secret);
  }

  update(data: Data): void {
    this.hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    this.hash = newHash(this.secret);
  }
}

function newHash(secret: Data | undefined) {
  return secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
}

function bytesOf(data: Data): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

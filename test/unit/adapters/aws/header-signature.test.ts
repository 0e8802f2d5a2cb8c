import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerSigner, sha256Hex } from '../../../../functions/adapters/aws/header-signature.ts';
import { encodedForUri, queryString } from '../../../../functions/adapters/aws/uri-query.ts';

const NOW = new Date('2026-11-30T17:33:16.123Z');

/** The SDK's signer, which S3 and DynamoDB have taken signatures of for years. */
function sdkSigner(service: string, credentials: { accessKeyId: string; secretAccessKey: string }) {
  class Sha256 {
    private readonly hash;
    constructor(secret?: Uint8Array | string) {
      this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
    }
    update(data: Uint8Array | string): void {
      this.hash.update(data);
    }
    async digest(): Promise<Uint8Array> {
      return this.hash.digest();
    }
    reset(): void {}
  }
  const options = { service, region: 'eu-central-1', credentials, uriEscapePath: service !== 's3' };
  return new SignatureV4({ ...options, sha256: Sha256 as never, applyChecksum: false });
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const credentials = fc.record({
  accessKeyId: fc.stringMatching(/^[A-Z0-9]{4,20}$/),
  secretAccessKey: fc.stringMatching(/^[A-Za-z0-9/+]{8,40}$/),
  sessionToken: fc.option(fc.stringMatching(/^[A-Za-z0-9/+=]{8,40}$/), { nil: undefined }),
});

describe('a signature in headers', () => {
  it('is the very one that the SDK makes, of every key, query and body', async () => {
    const sign = headerSigner();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('s3', 'dynamodb'),
        credentials,
        fc.array(text, { minLength: 1, maxLength: 4 }),
        fc.dictionary(text, text, { maxKeys: 3 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.stringMatching(/^[ -~]{1,20}$/),
        async (service, signedBy, segments, query, body, header) => {
          const path = service === 's3' ? `/${segments.map(encodedForUri).join('/')}` : '/';
          const payloadHash = sha256Hex(body);
          const headers = {
            host: 'a.example:4566',
            'x-amz-target': header,
            'x-amz-content-sha256': payloadHash,
          };
          const { sessionToken, ...keys } = signedBy;
          const given = sessionToken === undefined ? keys : { ...keys, sessionToken };
          const expected = await sdkSigner(service, given).sign(
            { ...{ method: 'POST', protocol: 'https:', hostname: 'a.example', path, query, headers, body } },
            { signingDate: NOW },
          );
          const canonicalQuery = queryString(query).slice(1);
          const request = { method: 'POST', canonicalPath: path, canonicalQuery, headers, payloadHash };
          const scope = { service, region: 'eu-central-1', credentials: given, now: NOW };
          expect(sign(request, scope)).toEqual(expected.headers);
        },
      ),
    );
  });

  it('is of the day and of the credentials that it is made with, also after others', () => {
    const signature = (sign: ReturnType<typeof headerSigner>, day: string, secretAccessKey: string) =>
      sign(
        { method: 'GET', canonicalPath: '/', canonicalQuery: '', headers: { host: 'a' }, payloadHash: '' },
        {
          ...{ service: 's3', region: 'r', now: new Date(`${day}T00:00:00Z`) },
          credentials: { accessKeyId: 'a', secretAccessKey },
        },
      ).authorization;
    const one = headerSigner();
    for (const [day, secret] of [
      ['2026-11-30', 'a'],
      ['2026-12-01', 'a'],
      ['2026-12-01', 'b'],
      ['2026-11-30', 'a'],
    ] as const) {
      expect(signature(one, day, secret)).toBe(signature(headerSigner(), day, secret));
    }
  });
});

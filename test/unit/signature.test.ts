import { describe, expect, it } from 'vitest';
import type { SignedRequest } from '../../functions/local/canonical-request.ts';
import { findSignatureFault } from '../../functions/local/signature.ts';

/** Keys, time and signatures of AWS's own Signature Version 4 test suite (get-vanilla, post-vanilla, ...). */
const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const SIGNED_AT_MS = Date.UTC(2015, 7, 30, 12, 36, 0);
const GET_VANILLA = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';

function authorization(signature: string, scope = '20150830/us-east-1/service/aws4_request'): string {
  const credential = `Credential=${CREDENTIALS.accessKeyId}/${scope}`;
  return `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`;
}

function request(signature: string, changes: Partial<SignedRequest> = {}): SignedRequest {
  const { headers, ...rest } = changes;
  return {
    method: 'GET',
    target: '/',
    body: new Uint8Array(),
    ...rest,
    headers: {
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization: authorization(signature),
      ...headers,
    },
  };
}

const faultOf = (signed: SignedRequest, nowMs = SIGNED_AT_MS) =>
  findSignatureFault(signed, CREDENTIALS, 'service', nowMs)?.code;

describe('a signature of AWS’s test suite', () => {
  it.each([
    ['get-vanilla', GET_VANILLA, {}],
    ['post-vanilla', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b', { method: 'POST' }],
    [
      'get-vanilla-query-order-key-case',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
      { target: '/?Param2=value2&Param1=value1' },
    ],
  ])('%s passes', (_name, signature, changes) => {
    expect(faultOf(request(signature, changes))).toBeUndefined();
  });
});

describe('the check of a signature', () => {
  it.each([
    ['rejects another method', request(GET_VANILLA, { method: 'DELETE' }), 'mismatch'],
    ['rejects another path', request(GET_VANILLA, { target: '/other' }), 'mismatch'],
    ['rejects another body', request(GET_VANILLA, { body: Buffer.from('{}') }), 'mismatch'],
    ['rejects another host', request(GET_VANILLA, { headers: { host: 'evil.example' } }), 'mismatch'],
    ['rejects a signature of another length', request('é'.repeat(32)), 'mismatch'],
    ['rejects no Authorization header', request('', { headers: { authorization: undefined } }), 'missing'],
    ['rejects another scheme', request('', { headers: { authorization: 'Bearer token' } }), 'incomplete'],
    ['rejects no date', request(GET_VANILLA, { headers: { 'x-amz-date': undefined } }), 'incomplete'],
    [
      'rejects a date that is none',
      request(GET_VANILLA, { headers: { 'x-amz-date': 'today' } }),
      'incomplete',
    ],
    [
      'rejects a scope with parts missing',
      request('', { headers: { authorization: authorization(GET_VANILLA, '20150830/us-east-1') } }),
      'incomplete',
    ],
    [
      'rejects an unsigned host',
      request('', { headers: { authorization: authorization(GET_VANILLA).replace('host;', '') } }),
      'incomplete',
    ],
    [
      'rejects another access key',
      request('', { headers: { authorization: authorization(GET_VANILLA).replace('AKID', 'ASIA') } }),
      'unknown-key',
    ],
    [
      'rejects an unsigned payload outside S3',
      request(GET_VANILLA, {
        body: Buffer.from('{}'),
        headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      }),
      'mismatch',
    ],
  ])('%s', (_name, signed, code) => {
    expect(faultOf(signed)).toBe(code);
  });

  it('passes up to 15 minutes from the clock and rejects what is further, before or after', () => {
    const minutes = (count: number) => SIGNED_AT_MS + count * 60_000;
    expect(faultOf(request(GET_VANILLA), minutes(15))).toBeUndefined();
    expect(faultOf(request(GET_VANILLA), minutes(15) + 1)).toBe('expired');
    expect(faultOf(request(GET_VANILLA), minutes(-15) - 1)).toBe('expired');
  });

  it('rejects a signature made for another service', () => {
    expect(findSignatureFault(request(GET_VANILLA), CREDENTIALS, 's3', SIGNED_AT_MS)?.code).toBe('mismatch');
  });
});

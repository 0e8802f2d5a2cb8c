import { describe, expect, it } from 'vitest';
import { type SignableRequest, sha256Hex } from '../../../../functions/local/http/canonical-request.ts';
import {
  findSignatureError,
  isSameSignature,
  signatureInHeaders,
} from '../../../../functions/local/http/signature.ts';

/** Keys, time and signatures of AWS's own Signature Version 4 test suite (get-vanilla, post-vanilla, ...). */
const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const SIGNED_AT_MILLISECONDS = Date.UTC(2015, 7, 30, 12, 36, 0);
const GET_VANILLA = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';

function authorization(signature: string, scope = '20150830/us-east-1/service/aws4_request'): string {
  const credential = `Credential=${CREDENTIALS.accessKeyId}/${scope}`;
  return `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`;
}

function request(signature: string, changes: Partial<SignableRequest> = {}): SignableRequest {
  const { headers, ...rest } = changes;
  return {
    method: 'GET',
    canonicalPath: '/',
    query: [],
    bodyHash: sha256Hex(''),
    ...rest,
    headers: {
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization: authorization(signature),
      ...headers,
    },
  };
}

function faultOf(signable: SignableRequest, nowMilliseconds = SIGNED_AT_MILLISECONDS, service = 'service') {
  const signed = signatureInHeaders(signable.headers);
  if (signed === undefined) return 'unreadable';
  const secret = signed.accessKeyId === CREDENTIALS.accessKeyId ? CREDENTIALS.secretAccessKey : undefined;
  return findSignatureError(signable, signed, { service, secret, nowMilliseconds })?.code;
}

describe('a signature of AWS’s test suite', () => {
  it.each([
    ['get-vanilla', GET_VANILLA, {}],
    ['post-vanilla', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b', { method: 'POST' }],
    [
      'get-vanilla-query-order-key-case',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
      { query: new URLSearchParams('Param2=value2&Param1=value1') },
    ],
  ])('%s passes', (_name, signature, changes) => {
    expect(faultOf(request(signature, changes))).toBeUndefined();
  });
});

describe('the check of a signature', () => {
  it.each([
    ['rejects another method', request(GET_VANILLA, { method: 'DELETE' }), 'mismatch'],
    ['rejects another path', request(GET_VANILLA, { canonicalPath: '/other' }), 'mismatch'],
    ['rejects another query', request(GET_VANILLA, { query: [['a', '']] }), 'mismatch'],
    ['rejects another body', request(GET_VANILLA, { bodyHash: sha256Hex('{}') }), 'mismatch'],
    ['rejects another host', request(GET_VANILLA, { headers: { host: 'evil.example' } }), 'mismatch'],
    ['rejects a signature of another length', request('e'.repeat(63)), 'mismatch'],
    ['rejects a signature of as many characters but more bytes', request('é'.repeat(64)), 'mismatch'],
    ['rejects a signature of as many bytes but fewer characters', request('é'.repeat(32)), 'mismatch'],
    ['rejects no Authorization header', request('', { headers: { authorization: undefined } }), 'unreadable'],
    ['rejects another scheme', request('', { headers: { authorization: 'Bearer token' } }), 'unreadable'],
    ['rejects no date', request(GET_VANILLA, { headers: { 'x-amz-date': undefined } }), 'malformed-date'],
    [
      'rejects a date that is none',
      request(GET_VANILLA, { headers: { 'x-amz-date': 'today' } }),
      'malformed-date',
    ],
    [
      'rejects a scope with parts missing',
      request('', { headers: { authorization: authorization(GET_VANILLA, '20150830/us-east-1') } }),
      'unreadable',
    ],
    [
      'rejects a scope of another day',
      request('', {
        headers: { authorization: authorization(GET_VANILLA, '20150831/us-east-1/service/aws4_request') },
      }),
      'wrong-scope',
    ],
    [
      'rejects an unsigned host',
      request('', { headers: { authorization: authorization(GET_VANILLA).replace('host;', '') } }),
      'unsigned-headers',
    ],
    [
      'rejects another access key',
      request('', { headers: { authorization: authorization(GET_VANILLA).replace('AKID', 'ASIA') } }),
      'unknown-key',
    ],
    [
      'rejects an AWS header that was added after signing',
      request(GET_VANILLA, { headers: { 'x-amz-target': 'DynamoDB_20120810.DeleteTable' } }),
      'unsigned-headers',
    ],
  ])('%s', (_name, signed, code) => {
    expect(faultOf(signed)).toBe(code);
  });

  it('passes up to 15 minutes from the clock and rejects what is further, before or after', () => {
    const minutes = (count: number) => SIGNED_AT_MILLISECONDS + count * 60_000;
    expect(faultOf(request(GET_VANILLA), minutes(15))).toBeUndefined();
    expect(faultOf(request(GET_VANILLA), minutes(15) + 1)).toBe('expired');
    expect(faultOf(request(GET_VANILLA), minutes(-15) - 1)).toBe('not-yet-valid');
  });

  it('rejects a signature made for another service', () => {
    expect(faultOf(request(GET_VANILLA), SIGNED_AT_MILLISECONDS, 's3')).toBe('wrong-scope');
  });
});

it('compares signatures by their bytes', () => {
  expect(isSameSignature('é', 'é')).toBe(true);
  expect(isSameSignature('e', 'é')).toBe(false);
  expect(isSameSignature('ee', 'é')).toBe(false);
});

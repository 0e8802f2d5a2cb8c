import { createHmac } from 'node:crypto';
import {
  isSameSignature,
  MISMATCH,
  parseCredential,
  SIGNATURE_ALGORITHM,
  signingKey,
  UNKNOWN_KEY,
} from '../http/signature.ts';
import type { Authentication } from './authentication.ts';
import { invalidArgument, invalidRequest, S3Error } from './errors.ts';
import { type Credentials, findSecret, signatureError } from './signature.ts';

type Fields = ReadonlyMap<string, string>;

/**
 * Checks who has signed a form's policy, by Version 4 or 2
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html).
 *
 * @throws {S3Error} `AccessDenied`, `InvalidAccessKeyId`, `SignatureDoesNotMatch`, `InvalidArgument`, `InvalidRequest`
 */
export function authenticateForm(fields: Fields, credentials: Credentials): Authentication {
  const policy = fields.get('policy');
  if (policy === undefined)
    throw new S3Error(403, 'AccessDenied', 'Access Denied: the form has no signed policy.');
  const sign = (): never => {
    throw invalidRequest('The signature of a form cannot be followed by signed chunks.');
  };
  const signed = fields.has('awsaccesskeyid')
    ? signedByV2(fields, policy, credentials)
    : signedByV4(fields, policy, credentials);
  return { ...signed, bodyHash: 'UNSIGNED-PAYLOAD', sign };
}

function signedByV2(fields: Fields, policy: string, credentials: Credentials) {
  const accessKeyId = fields.get('awsaccesskeyid') ?? '';
  const signature = required(fields, 'Signature');
  const secret = requiredSecret(credentials, accessKeyId);
  const expected = createHmac('sha1', secret).update(policy).digest('base64');
  if (!isSameSignature(expected, signature)) throw signatureError(MISMATCH);
  return { accessKeyId, signature };
}

function signedByV4(fields: Fields, policy: string, credentials: Credentials) {
  const algorithm = required(fields, 'X-Amz-Algorithm');
  const credential = required(fields, 'X-Amz-Credential');
  const date = required(fields, 'X-Amz-Date');
  const signature = required(fields, 'X-Amz-Signature');
  if (algorithm !== SIGNATURE_ALGORITHM)
    throw invalidArgument(`X-Amz-Algorithm only supports ${SIGNATURE_ALGORITHM}.`);
  const parsed = parseCredential(credential);
  const wanted = parsed && [date.slice(0, 8), parsed.scope[1], 's3', 'aws4_request'].join('/');
  if (!parsed || parsed.scope.join('/') !== wanted)
    throw invalidRequest(
      `Expected X-Amz-Credential as KEY/DATE/REGION/s3/aws4_request but received ${credential}.`,
    );
  const { accessKeyId, scope } = parsed;
  const key = signingKey(requiredSecret(credentials, accessKeyId), scope);
  const expected = createHmac('sha256', key).update(policy).digest('hex');
  if (!isSameSignature(expected, signature)) throw signatureError(MISMATCH);
  return { accessKeyId, signature };
}

function required(fields: Fields, name: string): string {
  const value = fields.get(name.toLowerCase());
  if (value !== undefined) return value;
  throw invalidArgument(`Bucket POST must contain a field named '${name}'.`);
}

function requiredSecret(credentials: Credentials, accessKeyId: string): string {
  const secret = findSecret(credentials, accessKeyId);
  if (secret === undefined) throw signatureError(UNKNOWN_KEY);
  return secret;
}

import { ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { CliptagError } from '../../../functions/core/errors.ts';
import { retryReason } from '../../../functions/tag-images/retry-reason.ts';

const named = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });
const s3 = (name: string, httpStatusCode: number) =>
  new S3ServiceException({ name, $fault: 'server', message: name, $metadata: { httpStatusCode } });

describe('the reason for which a message comes again', () => {
  it.each([
    ['throttled', new ProvisionedThroughputExceededException({ message: 'x', $metadata: {} })],
    ['throttled', named('ThrottlingException')],
    ['throttled', new CliptagError('throttled', 'put off')],
    ['throttled', s3('SlowDown', 503)],
    ['throttled', named('Other', { cause: named('RequestLimitExceeded') })],
    ['unreachable', named('TimeoutError')],
    ['unreachable', named('Error', { code: 'ECONNREFUSED' })],
    ['unreachable', s3('Whatever', 500)],
    ['faulty', new TypeError('x is not a function')],
    ['faulty', 'a text'],
    ['not-begun', undefined],
  ])('is %s for %s', (reason, error) => {
    expect(retryReason(error)).toBe(reason);
  });
});

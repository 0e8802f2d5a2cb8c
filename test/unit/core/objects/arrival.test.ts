import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { arrivedBytes, checkDigest } from '../../../../functions/core/objects/arrival.ts';

const bytes = Uint8Array.of(1, 2, 3);
const md5 = createHash('md5').update(bytes).digest('hex');
const object = { bucket: 'b', key: 'k', sequencer: '', sizeBytes: 3 };
const INCOMPLETE = { code: 'object-incomplete', retryable: true };

describe('what arrived of an object', () => {
  it('is whole when it is as long as the event says, or nothing says how long it is', () => {
    expect(arrivedBytes({ bytes }, object)).toBe(bytes);
    expect(arrivedBytes({ bytes }, { ...object, sizeBytes: undefined })).toBe(bytes);
  });

  it.each([2, 4, 1_000])('is to be fetched again when the event says %i bytes and 3 came', (sizeBytes) => {
    for (const digest of [undefined, 'f'.repeat(32)]) {
      const arrive = () => arrivedBytes({ bytes, md5: digest }, { ...object, sizeBytes });
      expect(arrive).toThrow(expect.objectContaining(INCOMPLETE));
      expect(arrive).toThrow(`Expected ${sizeBytes} bytes of s3://b/k but received 3`);
    }
  });

  it('is whole in spite of the event when its digest says so', () => {
    expect(arrivedBytes({ bytes, md5 }, { ...object, sizeBytes: 1_000 })).toBe(bytes);
  });
});

describe('the digest of what arrived', () => {
  it('is right, or nothing tells', () => {
    expect(() => checkDigest({ bytes, md5 }, object)).not.toThrow();
    expect(() => checkDigest({ bytes }, object)).not.toThrow();
  });

  it('is to be retried when it is another', () => {
    const check = () => checkDigest({ bytes, md5: 'f'.repeat(32) }, object);
    expect(check).toThrow(expect.objectContaining(INCOMPLETE));
  });
});

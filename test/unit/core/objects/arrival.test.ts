import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { arrivedBytes, checkAnnounced } from '../../../../functions/core/objects/arrival.ts';

const bytes = Uint8Array.of(1, 2, 3);
const md5Of = (content: Uint8Array) => createHash('md5').update(content).digest('hex');
const digestOf = (value: string) => ({ algorithm: 'MD5', value, of: md5Of });
const digest = digestOf(md5Of(bytes));
const other = digestOf('f'.repeat(32));
const object = { bucket: 'b', key: 'k', sequencer: '', sizeBytes: 3 };
const INCOMPLETE = { code: 'object-incomplete', retryable: true };
const EMPTY = { code: 'empty', status: 'failed', retryable: false };

describe('what arrived of an object', () => {
  it('is whole when it is as long as the event says, or nothing says how long it is', () => {
    expect(arrivedBytes({ bytes }, object)).toBe(bytes);
    expect(arrivedBytes({ bytes, digest }, object)).toBe(bytes);
    expect(arrivedBytes({ bytes }, { ...object, sizeBytes: undefined })).toBe(bytes);
  });

  it.each([2, 4, 1_000])('is to be fetched again when the event says %i bytes and 3 came', (sizeBytes) => {
    for (const wrong of [undefined, other]) {
      const arrive = () => arrivedBytes({ bytes, digest: wrong }, { ...object, sizeBytes });
      expect(arrive).toThrow(expect.objectContaining(INCOMPLETE));
      expect(arrive).toThrow(`Expected ${sizeBytes} bytes of s3://b/k but received 3`);
    }
  });

  it('is whole in spite of the event when its digest says so', () => {
    expect(arrivedBytes({ bytes, digest }, { ...object, sizeBytes: 1_000 })).toBe(bytes);
  });

  it.each([3, undefined])('is to be fetched again when its digest is another (%s bytes)', (sizeBytes) => {
    const arrive = () => arrivedBytes({ bytes, digest: other }, { ...object, sizeBytes });
    expect(arrive).toThrow(expect.objectContaining(INCOMPLETE));
    expect(arrive).toThrow(
      `Expected bytes of MD5 ${other.value} of s3://b/k but received those of ${digest.value}`,
    );
  });

  it('is to be fetched again when it is nothing and the event, or the digest, tells of something', () => {
    const nothing = new Uint8Array();
    const unknown = { ...object, sizeBytes: undefined };
    expect(() => arrivedBytes({ bytes: nothing }, object)).toThrow(expect.objectContaining(INCOMPLETE));
    expect(() => arrivedBytes({ bytes: nothing, digest }, unknown)).toThrow(
      expect.objectContaining(INCOMPLETE),
    );
  });

  it.each([
    ['nothing says how much it is', { sizeBytes: undefined }, undefined],
    ['its digest says so, whatever the event says', { sizeBytes: 3 }, digestOf(md5Of(new Uint8Array()))],
  ])('rejects an empty object when %s', (_, changes, told) => {
    const arrive = () => arrivedBytes({ bytes: new Uint8Array(), digest: told }, { ...object, ...changes });
    expect(arrive).toThrow(expect.objectContaining(EMPTY));
  });
});

describe('the length that an answer announces', () => {
  it.each([undefined, 0, 10])('may be up to the maximum, unknown or nothing: %s', (length) => {
    expect(() => checkAnnounced(length, object, 10)).not.toThrow();
  });

  it.each([11, undefined])('rejects more than the maximum, of which the event tells %s', (sizeBytes) => {
    const check = () => checkAnnounced(11, { ...object, sizeBytes }, 10);
    expect(check).toThrow(expect.objectContaining({ code: 'too-large', retryable: false }));
  });

  it('is no fault of the image when the event tells of fewer bytes', () => {
    const check = () => checkAnnounced(11, object, 10);
    expect(check).toThrow(expect.objectContaining(INCOMPLETE));
    expect(check).toThrow('Expected 3 bytes of s3://b/k but received 11');
  });
});

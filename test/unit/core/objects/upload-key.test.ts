import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keysLike, MAXIMUM_KEY_BYTES, uploadKey } from '../../../../functions/core/objects/upload-key.ts';

const bytes = (text: string) => Buffer.byteLength(text);
const first = (key: string, count: number) => {
  const keys = keysLike(key);
  return Array.from({ length: count }, () => keys.next().value as string);
};

describe('the key of an upload', () => {
  it.each([
    ['IMG_1.jpg', 'IMG_1.jpg'],
    ['holiday/day 1/IMG_1.jpg', 'holiday/day 1/IMG_1.jpg'],
    ['../../etc/passwd', 'etc/passwd'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['/absolute//double/./a.png', 'absolute/double/a.png'],
    ['a\u0000b\u001b[31mc\u202egnp.jpg', 'ab[31mcgnp.jpg'],
    ['\ud800a.jpg', 'a.jpg'],
    // Names of files on macOS have accents apart.
    ['Cafe\u0301.jpg', 'Caf\u00e9.jpg'],
    ['\u{1f469}\u200d\u{1f33e}.jpg', '\u{1f469}\u200d\u{1f33e}.jpg'],
    ['<img src=x onerror=alert(1)>.png', '<img src=x onerror=alert(1)>.png'],
    ['..', 'upload'],
    ['', 'upload'],
    [' / ', 'upload'],
  ])('of %j is %j', (name, key) => expect(uploadKey(name)).toBe(key));

  it('is as long as S3 takes it, with its ending', () => {
    const key = uploadKey(`folder/${'ä'.repeat(900)}.jpeg`);
    expect(key).toMatch(/^folder\/ä+\.jpeg$/);
    expect(bytes(key)).toBeGreaterThan(MAXIMUM_KEY_BYTES - 2);
    expect(bytes(uploadKey(`${'f'.repeat(1000)}/${'g'.repeat(1000)}.jpg`))).toBeLessThanOrEqual(
      MAXIMUM_KEY_BYTES,
    );
  });

  it('is one that S3 takes and that leads nowhere else, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (name) => {
        const key = uploadKey(name);
        expect(key).not.toMatch(/\p{Cs}/u);
        expect(bytes(key)).toBeLessThanOrEqual(MAXIMUM_KEY_BYTES);
        expect(key.split('/').filter((part) => ['', '.', '..'].includes(part))).toEqual([]);
        expect(uploadKey(key)).toBe(key);
        const keys = first(key, 3);
        expect(new Set(keys).size).toBe(3);
        expect(Math.max(...keys.map(bytes))).toBeLessThanOrEqual(MAXIMUM_KEY_BYTES);
      }),
      { numRuns: 300 },
    );
  });
});

describe('keys for files of the same name', () => {
  it.each([
    ['a/IMG_1.jpg', ['a/IMG_1.jpg', 'a/IMG_1-2.jpg', 'a/IMG_1-3.jpg']],
    ['v1.2/README', ['v1.2/README', 'v1.2/README-2', 'v1.2/README-3']],
    ['.hidden', ['.hidden', '.hidden-2', '.hidden-3']],
    ['archive.tar.gz', ['archive.tar.gz', 'archive.tar-2.gz', 'archive.tar-3.gz']],
  ])('of %s have numbers', (key, keys) => expect(first(key, 3)).toEqual(keys));
});

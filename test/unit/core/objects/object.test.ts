import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageFault, MessageFault } from '../../../../functions/core/errors.ts';
import {
  acceptEveryUpload,
  accepts,
  checkSize,
  comparableSequencer,
  DEFAULT_MAXIMUM_BYTES,
  FIRST_SEQUENCER,
  fixedWidthSequencer,
} from '../../../../functions/core/objects/object.ts';

describe('fixedWidthSequencer', () => {
  const ORDERED: ReadonlyArray<readonly [earlier: string, later: string]> = [
    ['0055AED6DCD90281E4', '0055AED6DCD90281E5'],
    ['0055AED6DCD90281E5', '0055AED6DCD90281E501'],
    ['0055AED6DCD90281', '0055AED6DCD90281E5'],
    ['617f08299329d189', '617F08299329D18A'],
    ['9', 'a'],
    ['', '1'],
  ];
  for (const [earlier, later] of ORDERED) {
    it(`orders "${earlier}" before "${later}"`, () => {
      expect(fixedWidthSequencer(earlier) < fixedWidthSequencer(later)).toBe(true);
    });
  }

  it('takes a sequencer and the same one padded with zeros on the right for equal', () => {
    expect(fixedWidthSequencer('0055AED6')).toBe(fixedWidthSequencer('0055aed600'));
  });

  it('orders any two as AWS says: padded to the longer one, then character by character', () => {
    const digits = fc
      .array(fc.nat(15), { maxLength: 32 })
      .map((all) => all.map((n) => n.toString(16)).join(''));
    fc.assert(
      fc.property(digits, digits, (a, b) => {
        const length = Math.max(a.length, b.length);
        const [x, y] = [a.padEnd(length, '0'), b.padEnd(length, '0')];
        const order = Math.sign(Number(x > y) - Number(x < y));
        const [p, q] = [fixedWidthSequencer(a), fixedWidthSequencer(b)];
        expect(Math.sign(Number(p > q) - Number(p < q))).toBe(order);
        expect(p).toHaveLength(32);
      }),
    );
  });

  it('keeps 32 digits as they are', () => {
    expect(fixedWidthSequencer('F'.repeat(32))).toBe('F'.repeat(32));
  });

  for (const sequencer of ['F'.repeat(33), 'G1', '0x12', '-1', '12 34', '１２']) {
    it(`rejects the sequencer "${sequencer}"`, () => {
      expect(() => fixedWidthSequencer(sequencer)).toThrow(MessageFault);
    });
  }
});

describe('accepts', () => {
  const filter = { prefixes: ['photos/', 'trips/'], suffixes: ['.jpg', '.PNG'] };
  const CASES: ReadonlyArray<readonly [key: string, expected: boolean]> = [
    ['photos/a.jpg', true],
    ['trips/2026/b.png', true],
    ['photos/a.JPG', true],
    ['Photos/a.jpg', false],
    ['a.jpg', false],
    ['photos/a.gif', false],
    ['photos/a.jpg.txt', false],
    ['photos/', false],
  ];
  for (const [key, expected] of CASES) {
    it(`${expected ? 'lets' : 'does not let'} ${key} pass a filter of prefixes and suffixes`, () => {
      expect(accepts(filter, { key })).toBe(expected);
    });
  }

  it('lets everything pass an empty filter, other than the markers of folders', () => {
    expect(accepts(acceptEveryUpload, { key: 'anything at all' })).toBe(true);
    expect(accepts(acceptEveryUpload, { key: 'folder/', sizeBytes: 0 })).toBe(false);
    expect(accepts(acceptEveryUpload, { key: 'picture/', sizeBytes: 1 })).toBe(true);
  });
});

describe('checkSize', () => {
  it('lets a size up to the limit pass, and an unknown one', () => {
    for (const size of [1, 1000, undefined]) expect(() => checkSize(size, 1000)).not.toThrow();
  });

  it('rejects an empty object', () => {
    expect(() => checkSize(0, 1000)).toThrow(expect.objectContaining({ code: 'empty', status: 'failed' }));
  });

  it('rejects an object of one byte more than the limit, and says both sizes', () => {
    const check = () => checkSize(DEFAULT_MAXIMUM_BYTES + 1, DEFAULT_MAXIMUM_BYTES);
    expect(check).toThrow(ImageFault);
    expect(check).toThrow(/at most 52428800 bytes .* 52428801 bytes/);
    expect(check).toThrow(expect.objectContaining({ code: 'too-large', retryable: false }));
  });
});

describe('comparableSequencer', () => {
  it.each(['', '0', '0055AED6DCD90281E5'.padEnd(32, '0'), 'F'.repeat(32)])(
    'takes "%s" as it is',
    (sequencer) => {
      expect(comparableSequencer(sequencer)).toBe(sequencer);
    },
  );

  it.each(['z', '~', '0055aed6', 'F\n', '\uffff', ' '])(
    'takes "%s" for lower than any event’s',
    (sequencer) => {
      expect(comparableSequencer(sequencer)).toBe(FIRST_SEQUENCER);
    },
  );
});

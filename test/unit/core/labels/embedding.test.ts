import { describe, expect, it } from 'vitest';
import { ModelMismatch } from '../../../../functions/core/errors.ts';
import {
  cosine,
  dot,
  embeddingFromBytes,
  embeddingToBytes,
  normalised,
  requireSameModel,
} from '../../../../functions/core/labels/embedding.ts';

const model = 'model-a';

describe('normalised', () => {
  it('gives unit length and keeps the direction', () => {
    const values = normalised([3, 0, -4]);
    expect([...values]).toEqual([Math.fround(0.6), 0, Math.fround(-0.8)]);
    expect(dot(values, values)).toBeCloseTo(1, 6);
  });

  const FAULTS = {
    'a vector of zeros': [0, 0],
    'an empty vector': [],
    'a vector with NaN': [1, Number.NaN],
    'a vector with infinity': [1, Number.POSITIVE_INFINITY],
    'a vector whose length is not finite': [1e200, 1e200],
  };
  for (const [name, values] of Object.entries(FAULTS)) {
    it(`rejects ${name}`, () => {
      expect(() => normalised(values)).toThrow(expect.objectContaining({ code: 'not-an-embedding' }));
    });
  }
});

describe('cosine', () => {
  const embedding = (values: number[], modelDigest = model) => ({ modelDigest, values: normalised(values) });

  it('is 1 for the same direction, 0 for a right angle, -1 for the opposite', () => {
    expect(cosine(embedding([1, 1]), embedding([2, 2]))).toBeCloseTo(1, 6);
    expect(cosine(embedding([1, 1]), embedding([1, -1]))).toBeCloseTo(0, 6);
    expect(cosine(embedding([1, 1]), embedding([-1, -1]))).toBeCloseTo(-1, 6);
  });

  it('rejects embeddings of two models, and names both', () => {
    const compare = () => cosine(embedding([1, 0]), embedding([1, 0], 'model-b'));
    expect(compare).toThrow(ModelMismatch);
    expect(compare).toThrow(/model-a.*model-b/);
    expect(() => requireSameModel(model, 'model-b')).toThrow(ModelMismatch);
  });
});

describe('dot', () => {
  it('takes a row out of a matrix', () => {
    expect(dot([1, 2], [9, 9, 3, 4], 2)).toBe(11);
  });
});

/** The value of a float16 bit pattern, read off IEEE 754: sign, 5 bits of exponent, 10 of fraction. */
function float16Value(bits: number): number {
  const digits = bits.toString(2).padStart(16, '0');
  const exponent = Number.parseInt(digits.slice(1, 6), 2);
  const fraction = Number.parseInt(digits.slice(6), 2) / 1024;
  if (exponent === 31) return Number.NaN; // infinities and NaN: no embedding has them
  const magnitude = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
  return digits.startsWith('1') ? -magnitude : magnitude;
}

const ALL_BITS = Array.from({ length: 65_536 }, (_, bits) => bits);
const FINITE_BITS = ALL_BITS.filter((bits) => Number.isFinite(float16Value(bits)));
const POSITIVE = FINITE_BITS.filter((bits) => bits < 0x8000).map((bits) => ({
  bits,
  value: float16Value(bits),
}));

function encoded(values: readonly number[]): number[] {
  const bytes = embeddingToBytes({ modelDigest: model, values: Float32Array.from(values) });
  const view = new DataView(bytes.buffer);
  return values.map((_, i) => view.getUint16(i * 2, true));
}

describe('embeddingToBytes', () => {
  it('gives each of the 63,488 finite float16 values its own bits, both zeros included', () => {
    expect(FINITE_BITS).toHaveLength(63_488);
    expect(encoded(FINITE_BITS.map(float16Value))).toEqual(FINITE_BITS);
  });

  it('rounds what lies halfway between any two neighbours to the even one, and the rest to the nearer one', () => {
    const values: number[] = [];
    const expected: number[] = [];
    POSITIVE.slice(1).forEach((upper, i) => {
      const lower = POSITIVE[i]!;
      const middle = (lower.value + upper.value) / 2;
      const step = upper.value - lower.value;
      values.push(middle, middle - step / 1024, middle + step / 1024);
      expected.push(upper.bits % 2 === 0 ? upper.bits : lower.bits, lower.bits, upper.bits);
    });
    expect(encoded(values)).toEqual(expected);
    expect(encoded(values.map((value) => -value))).toEqual(expected.map((bits) => bits | 0x8000));
  });

  it('rounds any number in [-1, 1] to the nearest of all finite float16 values', () => {
    const numbers = Array.from({ length: 2000 }, (_, i) => Math.fround(Math.sin(i * i) / (1 + (i % 97))));
    const nearest = numbers.map((number) => {
      const distance = (value: number) => Math.abs(value - Math.abs(number));
      return POSITIVE.reduce((best, next) => (distance(next.value) < distance(best.value) ? next : best))
        .value;
    });
    expect(encoded(numbers).map((bits) => Math.abs(float16Value(bits)))).toEqual(nearest);
  });

  it('writes little-endian', () => {
    expect([...embeddingToBytes({ modelDigest: model, values: Float32Array.of(1, -2) })]).toEqual([
      0, 0x3c, 0, 0xc0,
    ]);
  });
});

describe('embeddingFromBytes', () => {
  it('reads each of the finite float16 values, seen as the ratio to a 1 beside it', () => {
    const wrong = FINITE_BITS.filter((bits) => {
      const [value = 0, one = 0] = embeddingFromBytes(bytesOf([bits, 0x3c00]), model).values;
      const expected = float16Value(bits);
      // Normalising rounds both to float32, whose smallest step above zero is 2^-149.
      return Math.abs(value / one - expected) > Math.abs(expected) * 2 ** -22 + 2 ** -130;
    });
    expect(wrong).toEqual([]);
  });

  it('gives back the embedding, of unit length and within the precision of float16', () => {
    const values = normalised(Array.from({ length: 512 }, (_, i) => Math.sin(i * 7)));
    const restored = embeddingFromBytes(embeddingToBytes({ modelDigest: model, values }), model);
    expect(restored.modelDigest).toBe(model);
    expect(dot(restored.values, restored.values)).toBeCloseTo(1, 6);
    expect(cosine(restored, { modelDigest: model, values })).toBeGreaterThan(0.999999);
  });

  it('reads bytes that lie anywhere in a larger buffer', () => {
    const bytes = Uint8Array.of(9, 9, 9, 0, 0x3c, 0, 0).subarray(3);
    expect([...embeddingFromBytes(bytes, model).values]).toEqual([1, 0]);
  });

  it('rejects an odd number of bytes, and none at all', () => {
    for (const length of [0, 1, 1023]) {
      expect(() => embeddingFromBytes(new Uint8Array(length), model)).toThrow(
        expect.objectContaining({ code: 'not-an-embedding' }),
      );
    }
  });

  it('rejects zeros, which have no direction', () => {
    expect(() => embeddingFromBytes(new Uint8Array(8), model)).toThrow(/positive length/);
  });
});

function bytesOf(patterns: readonly number[]): Uint8Array {
  return Uint8Array.from(patterns.flatMap((bits) => [bits & 0xff, bits >> 8]));
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fittedRelevance } from '../../../../../functions/core/search/relevance/fitted-relevance.ts';

/** As measured with the embedded model. */
const EMBEDDED = { centre: 0.008, deviation: 0.06, slope: 12.012 };
/** The same, as a model shows it whose logit scale is 100 and whose images and texts lie in cones of their own. */
const STEEP_STEP = EMBEDDED.slope / 100;
const steep = (cosine: number) => 0.2 + STEEP_STEP * cosine;
const STEEP = { centre: steep(EMBEDDED.centre), deviation: STEEP_STEP * EMBEDDED.deviation, slope: 100 };

/** Cosines of images that a text does not fit: by no chance, evenly over a normal distribution. */
function others(count: number, centre = EMBEDDED.centre, deviation = EMBEDDED.deviation): number[] {
  return Array.from({ length: count }, (_, i) => centre + deviation * normalQuantile((i + 0.5) / count));
}

/** By bisection of an approximation of the distribution function (Zelen & Severo, 26.2.17), good to 1e-7. */
function normalQuantile(p: number): number {
  let [low, high] = [-6, 6];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < p) low = middle;
    else high = middle;
  }
  return low;
}

function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    Math.exp((-z * z) / 2) *
    0.3989422804 *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}

function relevantCount(cosines: readonly number[], background = EMBEDDED): number {
  const relevance = fittedRelevance(background).of(Float32Array.from(cosines));
  return cosines.filter((cosine) => relevance.scoreOf(cosine) >= relevance.minimumScore).length;
}

describe('fittedRelevance', () => {
  it('finds the few images that fit among many', () => {
    expect(relevantCount([...others(2_000), 0.7, 0.8, 0.85, 0.9, 0.92])).toBe(5);
    expect(relevantCount([...others(10_000), ...Array(30).fill(0.8)])).toBe(30);
  });

  it('finds none when nothing fits, in collections of every size', () => {
    for (const count of [1, 2, 5, 20, 300, 20_000]) expect(relevantCount(others(count))).toBe(0);
  });

  it('takes near misses for relevant only where much else is', () => {
    const nearMiss = 0.4;
    expect(relevantCount([...others(1_000), nearMiss])).toBe(0);
    expect(relevantCount([...others(8), ...Array(60).fill(0.8), nearMiss])).toBe(61);
  });

  it('finds all images of a collection that a text fits as a whole', () => {
    for (const count of [1, 5, 20, 1_000]) {
      expect(relevantCount(others(count, 0.7, 0.1))).toBe(count);
    }
  });

  it('finds the half that fits', () => {
    expect(relevantCount([...others(100), ...others(100, 0.7)])).toBe(100);
  });

  it('decides on one image by the model alone', () => {
    expect(relevantCount([0.6])).toBe(1);
    expect(relevantCount([0.1])).toBe(0);
  });

  it('allows for a text that is nearer to all images than others are', () => {
    const raised = (cosine: number) => cosine + 0.2;
    expect(relevantCount([...others(2_000), 0.7].map(raised))).toBe(1);
    expect(relevantCount(others(2_000).map(raised))).toBe(0);
  });

  it('judges alike with a model of another logit scale and other cosines', () => {
    const collections = [
      [...others(2_000), 0.7, 0.8, 0.4, 0.55],
      others(40),
      [...others(50), ...others(50, 0.6, 0.15)],
      [0.5, 0.1, 0.7],
    ];
    for (const cosines of collections) {
      expect(relevantCount(cosines.map(steep), STEEP)).toBe(relevantCount(cosines));
    }
  });

  it('treats equal embeddings alike', () => {
    expect(relevantCount(Array(50).fill(0.8))).toBe(50);
    expect(relevantCount(Array(50).fill(0.05))).toBe(0);
    expect(relevantCount([0.05, ...Array(50).fill(0.8)]), 'one stranger').toBe(50);
  });

  it('leaves out images without an embedding', () => {
    const cosines = [...others(300), 0.8, 0.85];
    const gaps = cosines.flatMap((cosine) => [Number.NaN, cosine]);
    const { numbers } = fittedRelevance(EMBEDDED).of(Float32Array.from(cosines));
    expect(fittedRelevance(EMBEDDED).of(Float32Array.from(gaps)).numbers).toEqual(numbers);
  });

  it('has finite numbers for a collection without embeddings', () => {
    for (const cosines of [[], [Number.NaN]]) {
      const { numbers, scoreOf } = fittedRelevance(EMBEDDED).of(Float32Array.from(cosines));
      expect(numbers.every(Number.isFinite)).toBe(true);
      expect(scoreOf(0)).toBeLessThan(0.5);
    }
  });

  it('is made again of its numbers, as a cursor carries them', () => {
    const model = fittedRelevance(EMBEDDED);
    const relevance = model.of(Float32Array.from([...others(100), 0.6, 0.8]));
    const again = model.from(JSON.parse(JSON.stringify(relevance.numbers)));
    for (const cosine of [-1, 0, 0.3, 0.6, 0.9]) {
      expect(again?.scoreOf(cosine)).toBe(relevance.scoreOf(cosine));
    }
    expect(again?.minimumScore).toBe(relevance.minimumScore);
  });

  it('rejects numbers that are none of its own', () => {
    const model = fittedRelevance(EMBEDDED);
    for (const numbers of [[], [12], [0, 1], [-3, 1], [Number.NaN, 1], [12, 1, 1]]) {
      expect(model.from(numbers)).toBeUndefined();
    }
  });
});

describe('fittedRelevance of any cosines', () => {
  const cosine = fc.float({ min: -1, max: 1, noNaN: false });
  const cosines = fc.array(cosine, { maxLength: 300 });

  it('gives a higher cosine no lower score, within 0 and 1', () => {
    fc.assert(
      fc.property(cosines, cosine, cosine, (all, a, b) => {
        const { scoreOf } = fittedRelevance(EMBEDDED).of(Float32Array.from(all));
        if (Number.isNaN(a) || Number.isNaN(b)) return;
        const [low, high] = [scoreOf(Math.min(a, b)), scoreOf(Math.max(a, b))];
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('does not depend on the order of the images', () => {
    fc.assert(
      fc.property(cosines, fc.infiniteStream(fc.nat()), (all, keys) => {
        const shuffled = all.map((value) => ({ value, key: keys.next().value as number }));
        shuffled.sort((a, b) => a.key - b.key);
        const of = (list: readonly number[]) => fittedRelevance(EMBEDDED).of(Float32Array.from(list)).numbers;
        expect(of(shuffled.map(({ value }) => value))).toEqual(of(all));
      }),
    );
  });

  it('finds no fewer images relevant when one more of the best joins them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (all) => {
          const more = [...all, Math.max(...all)];
          const model = fittedRelevance(EMBEDDED);
          const [before, after] = [all, more].map((list) => model.of(Float32Array.from(list)));
          const count = (relevance = before) => all.filter((c) => (relevance?.scoreOf(c) ?? 0) >= 0.5).length;
          if (count(before) > 0) expect(count(after)).toBeGreaterThanOrEqual(count(before));
        },
      ),
    );
  });
});

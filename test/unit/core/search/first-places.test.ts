import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstPlaces } from '../../../../functions/core/search/first-places.ts';

it('firstPlaces gives what sorting everything gives, from any place on', () => {
  const number = fc.integer({ min: 0, max: 9 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(number, number)),
      fc.nat(12),
      fc.option(fc.tuple(number, number)),
      (all, wanted, after) => {
        const compareParts = ([a, b]: [number, number], [c, d]: [number, number]) => a - c || b - d;
        const partsOf = (place: number) => all[place] ?? [0, 0];
        const compare = (a: number, b: number) => compareParts(partsOf(a), partsOf(b)) || a - b;
        const isAfter = (place: number) => after === null || compareParts(partsOf(place), after) > 0;
        const order = { keyOf: (place: number) => partsOf(place)[0], compare };
        const found = firstPlaces(all.length, wanted, order, after ? { key: after[0], isAfter } : undefined);
        const sorted = all
          .map((_, place) => place)
          .filter(isAfter)
          .sort(compare);
        expect(found).toEqual(sorted.slice(0, wanted));
      },
    ),
    { numRuns: 500 },
  );
});

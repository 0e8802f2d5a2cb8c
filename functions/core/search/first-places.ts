/** An order of places. */
export interface PlaceOrder {
  /** The lower, the earlier; the same for places that only {@link compare} tells apart. Most are told apart by it, quickly. */
  readonly keyOf: (place: number) => number;
  /** Below 0 where `a` stands before `b`, by the key and by all else. */
  readonly compare: (a: number, b: number) => number;
  /** Whether there is no such key, so that every place is compared: quickest one after the other. */
  readonly isKeyless?: boolean;
}

/** A place that was passed: those that do not stand after it are left out. */
export interface PassedPlace {
  readonly key: number;
  readonly isAfter: (place: number) => boolean;
}

/**
 * The first of many places in an order, in their order, without sorting all: a heap keeps as many as are wanted, the last of
 * them on top. Places are looked at here and there, since one after the other each may be better than all before it, as
 * pictures are that came day by day.
 */
export function firstPlaces(
  placeCount: number,
  wanted: number,
  { keyOf, compare, isKeyless = false }: PlaceOrder,
  passed?: PassedPlace,
): number[] {
  const heap: number[] = [];
  let lastKey = Number.POSITIVE_INFINITY;
  const step = isKeyless ? 1 : scatteringStep(placeCount);
  for (let i = 0, place = 0; i < placeCount && wanted > 0; i++, place = (place + step) % placeCount) {
    const key = keyOf(place);
    if (key > lastKey || (passed && (key < passed.key || (key === passed.key && !passed.isAfter(place)))))
      continue;
    if (heap.length < wanted) {
      heap.push(place);
      rise(heap, compare);
    } else if (compare(place, heap[0] as number) < 0) {
      heap[0] = place;
      sink(heap, compare);
    }
    if (heap.length === wanted) lastKey = keyOf(heap[0] as number);
  }
  return heap.sort(compare);
}

/** A step that leads to every place once, the next of which lies far away (the golden section). */
function scatteringStep(placeCount: number): number {
  let step = Math.max(1, Math.round(placeCount * 0.618));
  while (commonDivisor(step, placeCount) > 1) step++;
  return step;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** Moves the last one up to where it belongs. */
function rise(heap: number[], compare: PlaceOrder['compare']): void {
  for (let i = heap.length - 1; i > 0; ) {
    const above = (i - 1) >> 1;
    if (compare(heap[i] as number, heap[above] as number) <= 0) return;
    swap(heap, i, above);
    i = above;
  }
}

/** Moves the first one down to where it belongs. */
function sink(heap: number[], compare: PlaceOrder['compare']): void {
  for (let i = 0; ; ) {
    let last = i;
    for (const below of [2 * i + 1, 2 * i + 2]) {
      if (below < heap.length && compare(heap[below] as number, heap[last] as number) > 0) last = below;
    }
    if (last === i) return;
    swap(heap, i, last);
    i = last;
  }
}

function swap(heap: number[], i: number, j: number): void {
  const place = heap[i] as number;
  heap[i] = heap[j] as number;
  heap[j] = place;
}

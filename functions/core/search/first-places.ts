/**
 * The first of many in an order, in their order, without sorting all: a heap keeps as many as are wanted, the last of them
 * on top.
 *
 * @param places called with what takes each place
 */
export function firstPlaces(
  places: (offer: (place: number) => void) => void,
  count: number,
  compare: (a: number, b: number) => number,
): number[] {
  const heap: number[] = [];
  const at = (i: number) => heap[i] as number;
  const swap = (i: number, j: number) => {
    const place = at(i);
    heap[i] = at(j);
    heap[j] = place;
  };
  const sinkTop = () => {
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let last = i;
      if (left < heap.length && compare(at(left), at(last)) > 0) last = left;
      if (right < heap.length && compare(at(right), at(last)) > 0) last = right;
      if (last === i) return;
      swap(i, last);
      i = last;
    }
  };
  const rise = () => {
    for (let i = heap.length - 1; i > 0; ) {
      const above = (i - 1) >> 1;
      if (compare(at(i), at(above)) <= 0) return;
      swap(i, above);
      i = above;
    }
  };
  places((place) => {
    if (heap.length < count) {
      heap.push(place);
      rise();
    } else if (count > 0 && compare(place, at(0)) < 0) {
      heap[0] = place;
      sinkTop();
    }
  });
  return heap.sort(compare);
}

/** Bits of a part: 65,536 buckets hold 100,000 rows well. */
const PART_BITS = 16;
const BUCKETS = 2 ** PART_BITS;
/** Bits by which a part is sought that differs a little: none, one or two, 137 in all. */
const PROBES = probes();
const NONE = -1;

/**
 * Finds keys of 16-bit parts that are near a key: those with a part that differs in two bits at most. Of parts whose
 * distances add up to 11, one of four differs in no more (pigeonhole; "Fast Exact Search in Hamming Space With Multi-Index
 * Hashing", Norouzi et al., 2014).
 */
export interface NearbyKeys {
  add(row: number): void;
  /**
   * The rows that were added and are near, each once, those added last first for each probe.
   *
   * @param maximum rows are looked at, so that a collection of a thousand blank pages takes no square of that
   */
  near(row: number, maximum: number): readonly number[];
}

/**
 * @param keys shape [rows, parts], each part a 16-bit number
 * @param parts of a key
 */
export function nearbyKeys(keys: Uint16Array, parts: number): NearbyKeys {
  const rows = keys.length / parts;
  const heads = new Int32Array(parts * BUCKETS).fill(NONE);
  const nexts = new Int32Array(parts * rows).fill(NONE);
  /** The search in which a row was last seen, so that it comes once. */
  const seenIn = new Uint32Array(rows);
  let searches = 0;
  return {
    add(row) {
      for (let part = 0; part < parts; part++) {
        const head = part * BUCKETS + (keys[row * parts + part] ?? 0);
        nexts[part * rows + row] = heads[head] ?? NONE;
        heads[head] = row;
      }
    },
    near(row, maximum) {
      const found: number[] = [];
      searches++;
      for (const probe of PROBES) {
        for (let part = 0; part < parts; part++) {
          let other = heads[part * BUCKETS + ((keys[row * parts + part] ?? 0) ^ probe)] ?? NONE;
          for (; other !== NONE; other = nexts[part * rows + other] ?? NONE) {
            if (seenIn[other] === searches) continue;
            seenIn[other] = searches;
            if (found.push(other) === maximum) return found;
          }
        }
      }
      return found;
    },
  };
}

/** Finds all that were added: for few rows, of which no index may miss one. */
export function everyKey(): NearbyKeys {
  const added: number[] = [];
  return { add: (row) => void added.push(row), near: () => added };
}

/** Numbers with no bit, then one, then two bits set. */
function probes(): readonly number[] {
  const ones = Array.from({ length: PART_BITS }, (_, bit) => 1 << bit);
  const twos = ones.flatMap((one, bit) => ones.slice(bit + 1).map((other) => one | other));
  return [0, ...ones, ...twos];
}

/** Bits in which two numbers of 32 bits differ. */
export function differingBits(a: number, b: number): number {
  let bits = a ^ b;
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

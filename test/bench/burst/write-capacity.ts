/** A request that goes on demand: how much, and where to. */
export interface Demand {
  readonly units: number;
  readonly partitionKey: string;
}

/** What a table or an index takes a second, in units, by the rules of on-demand tables. */
export interface Capacity {
  /** Whether it takes the request now; nothing is taken by asking. */
  takes(demand: Demand, nowMilliseconds: number): boolean;
  take(demand: Demand, nowMilliseconds: number): void;
}

export interface CapacityOptions {
  /** Units a second at the beginning: its warm throughput. */
  readonly unitsPerSecond: number;
  /** Of one physical partition: 1,000 write units or 3,000 read units. */
  readonly partitionUnitsPerSecond: number;
}

/** "On-demand tables can scale to double the previous peak within 30 minutes." */
const GROWTH_MILLISECONDS = 30 * 60 * 1_000;
const SECOND = 1_000;

/**
 * DynamoDB as it documents itself:
 * - a new on-demand table takes 4,000 write and 12,000 read units a second, or what its warm throughput is set to:
 *   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html
 * - it doubles its previous peak within 30 minutes:
 *   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
 * - one partition takes 1,000 write and 3,000 read units a second, whatever the table takes:
 *   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 *
 * Partition keys lie on the partitions by their hash. What one second leaves is not kept for another, and a hot partition is
 * not divided before the table grows: DynamoDB is often kinder, and promises nothing of it.
 */
export function onDemandCapacity({ unitsPerSecond, partitionUnitsPerSecond }: CapacityOptions): Capacity {
  let rate = unitsPerSecond;
  let whole = bucket(rate);
  let partitions = new Map<number, Bucket>();
  let nextGrowth = GROWTH_MILLISECONDS;
  let second = { number: 0, units: 0 };
  let peak = 0;

  function growAt(now: number): void {
    if (now < nextGrowth) return;
    nextGrowth = now + GROWTH_MILLISECONDS;
    if (2 * peak <= rate) return;
    rate = 2 * peak;
    whole = bucket(rate);
    partitions = new Map();
  }
  function partitionOf(key: string): Bucket {
    const place = hashOf(key) % Math.ceil(rate / partitionUnitsPerSecond);
    const found = partitions.get(place) ?? bucket(partitionUnitsPerSecond);
    partitions.set(place, found);
    return found;
  }
  return {
    takes({ units, partitionKey }, now) {
      growAt(now);
      return whole.at(now) >= units && partitionOf(partitionKey).at(now) >= units;
    },
    take({ units, partitionKey }, now) {
      whole.take(units);
      partitionOf(partitionKey).take(units);
      const number = Math.floor(now / SECOND);
      if (second.number !== number) second = { number, units: 0 };
      second.units += units;
      peak = Math.max(peak, second.units);
    },
  };
}

interface Bucket {
  /** Units that are left. */
  at(nowMilliseconds: number): number;
  take(units: number): void;
}

/** Fills up steadily, to no more than one second's units. */
function bucket(unitsPerSecond: number): Bucket {
  let left = unitsPerSecond;
  let last = 0;
  return {
    at(now) {
      left = Math.min(unitsPerSecond, left + ((now - last) / SECOND) * unitsPerSecond);
      last = now;
      return left;
    },
    take: (units) => {
      left -= units;
    },
  };
}

/** FNV-1a, with its bits mixed once more: keys that differ in their last letter lie apart. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

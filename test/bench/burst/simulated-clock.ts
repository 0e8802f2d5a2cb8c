/** A clock that jumps from one timer to the next, so that an hour of waiting takes as long as the work in it. */
export interface SimulatedClock {
  /** Milliseconds since the simulation began. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Lets time pass until it is over. */
  runUntil(isOver: () => boolean): Promise<void>;
  /** Gives `setTimeout` and `clearTimeout` back as they were. */
  restore(): void;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
  isCleared: boolean;
}

/**
 * Replaces `setTimeout` and `clearTimeout` of the whole process, by which the AWS SDK and the handler wait, until it is restored.
 * Each step first lets everything happen that waits for no timer.
 */
export function simulatedClock(): SimulatedClock {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const timers: Timer[] = [];
  let now = 0;
  let order = 0;

  const start = (callback: (...args: unknown[]) => void, milliseconds = 0, ...args: unknown[]) => {
    const timer: Timer & Disposable & { unref(): unknown; ref(): unknown } = {
      ...{ at: now + Math.max(0, Math.ceil(milliseconds)), order: order++, isCleared: false },
      ...{ fire: () => callback(...args), unref: () => timer, ref: () => timer },
      [Symbol.dispose]: () => clear(timer),
    };
    push(timers, timer);
    return timer;
  };
  const clear = (timer: unknown) => {
    if (typeof timer === 'object' && timer !== null && 'isCleared' in timer) timer.isCleared = true;
    else real.clearTimeout(timer as NodeJS.Timeout);
  };
  globalThis.setTimeout = start as unknown as typeof setTimeout;
  globalThis.clearTimeout = clear as typeof clearTimeout;

  return {
    now: () => now,
    sleep: (milliseconds) => new Promise<void>((resolve) => void start(() => resolve(), milliseconds)),
    async runUntil(isOver) {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (isOver()) return;
        const [next] = timers;
        if (!next) continue;
        now = next.at;
        while (timers[0] && timers[0].at <= now) {
          const timer = pop(timers);
          if (timer && !timer.isCleared) timer.fire();
        }
      }
    },
    restore: () => void Object.assign(globalThis, real),
  };
}

/** A binary heap, earliest first. */
function push(heap: Timer[], timer: Timer): void {
  let place = heap.push(timer) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent];
    if (!above || isBefore(above, timer)) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = timer;
}

function pop(heap: Timer[]): Timer | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (!last || heap.length === 0) return first;
  let place = 0;
  for (;;) {
    const [left, right] = [2 * place + 1, 2 * place + 2];
    const [a, b] = [heap[left], heap[right]];
    if (!a) break;
    const child = b && isBefore(b, a) ? { place: right, timer: b } : { place: left, timer: a };
    if (!isBefore(child.timer, last)) break;
    heap[place] = child.timer;
    place = child.place;
  }
  heap[place] = last;
  return first;
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

import { availableParallelism } from 'node:os';
import pLimit, { type LimitFunction } from 'p-limit';
import { CliptagError, ImageFault } from '../../core/errors.ts';
import { PICTURES_BUDGET_BYTES, picturesAtOnce } from '../../core/pixels/pixel-limits.ts';
import { type MemoryBudget, memoryBudget } from './memory-budget.ts';

/** What bounds decoding: a number of pictures at once, and the memory that they take together. */
export interface PictureSlots {
  readonly places: LimitFunction;
  readonly memory: MemoryBudget;
}

/** One for the whole process, as are libuv's threads and the memory that it guards. */
const pictureSlots: PictureSlots = {
  places: pLimit(picturesAtOnce(availableParallelism())),
  memory: memoryBudget(PICTURES_BUDGET_BYTES),
};

export interface PictureCost {
  /** After this long the caller has its answer. */
  readonly seconds: number;
  /** Memory that the work holds at its peak. */
  readonly heldBytes: number;
}

/**
 * Decodes when one of the process's slots is free, and the memory that it takes. After `seconds` of decoding the caller
 * has its answer; slot and memory stay taken until the native work has really ended, since nothing can stop that within
 * a region of a picture.
 *
 * @throws what `work` throws, or {@link lateFault}
 */
export function inPictureSlot<Result>(
  { seconds, heldBytes }: PictureCost,
  work: () => Promise<Result>,
  { places, memory }: PictureSlots = pictureSlots,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const decode = async () => {
      const before = process.cpuUsage();
      const timer = setTimeout(() => {
        const { user, system } = process.cpuUsage(before);
        reject(lateFault(seconds, (user + system) / 1e6));
      }, seconds * 1000);
      await work().then(resolve, reject);
      clearTimeout(timer);
    };
    places(() => memory.within(heldBytes, decode)).catch(reject);
  });
}

/**
 * Tells a slow picture from a starved machine: a process that got this share of one processor was not starved. Its own
 * threads (two decoders, the encoder's) then left a decoder at least a fifth of that: 3 of 20 s, and the slowest picture
 * takes 2.8 s.
 */
const FAIR_SHARE = 0.75;

/** `too-slow`, or a fault to retry when the process did not get the processor's time, `cpuSeconds`, to be faster. */
export function lateFault(seconds: number, cpuSeconds: number): CliptagError {
  const message = `Expected to decode the image within ${seconds} s but it took longer`;
  if (cpuSeconds >= FAIR_SHARE * seconds) return new ImageFault('failed', 'too-slow', message);
  const reason = `${message}, of which the process ran ${cpuSeconds.toFixed(1)} s`;
  return new CliptagError('decode-timeout', reason);
}

import { availableParallelism } from 'node:os';
import pLimit, { type LimitFunction } from 'p-limit';
import { CliptagError, ImageFault } from '../../core/errors.ts';
import { picturesAtOnce } from '../../core/pixels/pixel-limits.ts';

/** One limit for the whole process, as are libuv's threads and the memory that it guards. */
const pictureSlots = pLimit(picturesAtOnce(availableParallelism()));

/**
 * Decodes when one of the process's slots is free. After `seconds` of decoding the caller has its answer; the slot
 * stays taken until the native work has really ended, since nothing can stop that within a region of a picture.
 *
 * @throws what `work` throws, or {@link lateFault}
 */
export function inPictureSlot<Result>(
  seconds: number,
  work: () => Promise<Result>,
  slots: LimitFunction = pictureSlots,
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
    slots(decode).catch(reject);
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

import type { LocalQueue } from './contract.ts';

/**
 * The same queue for a consumer whose work is settled, and its message deleted, only after it is on the disk. When that
 * fails, the message is not deleted, and comes again.
 */
export function settledAfter(flush: () => Promise<unknown>, queue: LocalQueue): LocalQueue {
  return {
    ...queue,
    delete: async (receiptHandles) => {
      await flush();
      await queue.delete(receiptHandles);
    },
  };
}

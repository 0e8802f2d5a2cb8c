import type { Metadata } from './metadata.ts';
import type { S3Notification } from './notification.ts';
import type { OutboxRecord } from './records.ts';

/** Takes over one notification for a queue; once this resolves, the receiver is responsible for it. */
export type OnNotification = (queueArn: string, notification: S3Notification) => Promise<void>;

/**
 * Hands over the notifications that commits leave in the outbox table, each at least once, as S3 does. One that fails
 * stays in the table, and is tried again after a while and at the next start.
 */
export interface Outbox {
  /** Hands over the records of one commit; rejects with the receiver's error. */
  deliver(keys: readonly string[]): Promise<void>;
  /** Hands over all that are left, oldest first; one that fails is tried later, and no error is thrown. */
  deliverAll(): Promise<void>;
  /** Ends the retries, and waits for one that is under way. */
  close(): Promise<void>;
}

const RETRY_MILLISECONDS = 5_000;

export function createOutbox(metadata: Metadata, onNotification: OnNotification): Outbox {
  /** Keys of those that are being handed over now: a retry must not hand them over a second time. */
  const underWay = new Set<string>();
  let retry: NodeJS.Timeout | undefined;
  let retrying: Promise<void> = Promise.resolve();
  let closed = false;

  async function handOver(key: string, { queueArn, notification }: OutboxRecord): Promise<void> {
    underWay.add(key);
    try {
      await onNotification(queueArn, notification);
      await metadata.outbox.del(key);
    } finally {
      underWay.delete(key);
    }
  }

  async function deliver(keys: readonly string[]): Promise<void> {
    try {
      for (const key of keys) {
        const record = await metadata.outbox.get(key);
        if (record) await handOver(key, record);
      }
    } catch (error) {
      retryLater();
      throw error;
    }
  }

  async function deliverAll(): Promise<void> {
    const keys = await metadata.outbox.keys().all();
    for (const key of keys.filter((each) => !underWay.has(each))) {
      // The next try of one that fails is scheduled already; it must not hold up the others.
      await deliver([key]).catch(() => {});
    }
  }

  function retryLater(): void {
    if (closed || retry) return;
    retry = setTimeout(() => {
      retry = undefined;
      retrying = deliverAll();
    }, RETRY_MILLISECONDS);
    retry.unref();
  }

  return {
    deliver,
    deliverAll,
    async close() {
      closed = true;
      clearTimeout(retry);
      await retrying;
    },
  };
}

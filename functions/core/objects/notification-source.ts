import { excerpt, MessageFault } from '../errors.ts';

/** How a store's notifications, which are all of S3's form, are to be read. */
export interface NotificationSource {
  /** @throws {MessageFault} for a key that is not encoded as this store encodes it */
  readonly key: (text: string) => string;
  /** Brings a sequencer into the order of its digits. */
  readonly sequencer: (digits: string) => string;
}

const LIKE_S3: NotificationSource = { key: decodedFormText, sequencer: (digits) => digits };

/** By `eventSource`. */
export const NOTIFICATION_SOURCES = {
  'aws:s3': LIKE_S3,
  // Sequencers are nanoseconds: https://github.com/minio/minio/blob/master/cmd/event-notification.go
  'minio:s3': LIKE_S3,
  // Follows MinIO: https://github.com/rustfs/rustfs/blob/main/crates/notify/src/event.rs
  'rustfs:s3': LIKE_S3,
  // Keys are not encoded: https://github.com/ceph/ceph/blob/main/src/rgw/driver/rados/rgw_notify.cc
  'ceph:s3': { key: (text) => text, sequencer: withBytesTurned },
} as const satisfies Readonly<Record<string, NotificationSource>>;

export type NotificationSourceName = keyof typeof NOTIFICATION_SOURCES;

/**
 * Keys in S3 notifications are form-URL-encoded: `+` is a space.
 *
 * @throws {MessageFault} when a percent sign is not followed by valid UTF-8
 */
function decodedFormText(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (cause) {
    throw new MessageFault(`Expected a form-URL-encoded object key but received ${excerpt(key)}`, { cause });
  }
}

/**
 * Ceph's sequencer is the memory of its clock, seconds and nanoseconds of 32 bits each, lowest byte first: compared as
 * they are, its digits would order events by the lowest byte of their second.
 */
function withBytesTurned(digits: string): string {
  const [, seconds = '', nanoseconds = ''] = /^([0-9a-f]{8})([0-9a-f]{8})$/i.exec(digits) ?? [];
  return seconds === '' ? digits : turned(seconds) + turned(nanoseconds);
}

function turned(digits: string): string {
  return (digits.match(/../g) ?? []).reverse().join('');
}

import { hasKey, isPlainObject } from '../document.ts';

/** Events of stores that are not S3's: by these fields each is known. */
const STORES: readonly (readonly [store: string, isItsEvent: (event: Record<string, unknown>) => boolean])[] =
  [
    // https://developers.cloudflare.com/r2/buckets/event-notifications/
    [
      'Cloudflare R2',
      (event) => ['account', 'action', 'bucket', 'object'].every((key) => hasKey(event, key)),
    ],
    // https://www.backblaze.com/docs/cloud-storage-event-notifications-reference-guide
    ['Backblaze B2', ({ eventType }) => begins(eventType, 'b2:')],
    // https://docs.cloud.google.com/storage/docs/pubsub-notifications
    ['Google Cloud Storage', isOfGoogle],
    // https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage
    ['Azure Blob Storage', ({ eventType, type }) => begins(eventType ?? type, 'Microsoft.Storage.')],
    ['Alibaba Cloud OSS', ({ eventSource }) => begins(eventSource, 'acs:oss')],
    ['Huawei OBS', (event) => hasKey(event, 'obs')],
    ['Tencent COS', (event) => hasKey(event, 'cos')],
    ['Oracle Object Storage', ({ eventType }) => begins(eventType, 'com.oraclecloud.objectstorage.')],
    ['SeaweedFS', ({ key, message }) => begins(key, '/buckets/') && message !== undefined],
  ];

/** The store that an event comes from, where it is known and not one of S3's kind. */
export function otherStoreOf(document: unknown): string | undefined {
  const events = isPlainObject(document) ? (document.events ?? document.Records ?? document) : document;
  const event = Array.isArray(events) ? events[0] : events;
  if (!isPlainObject(event)) return undefined;
  return STORES.find(([, isItsEvent]) => isItsEvent(event))?.[0];
}

/** As Pub/Sub pushes it, as a subscriber pulls it, and as a CloudEvent. */
function isOfGoogle({ kind, type, message, attributes }: Record<string, unknown>): boolean {
  const sent = attributes ?? (isPlainObject(message) ? message.attributes : undefined);
  return (
    kind === 'storage#object' ||
    begins(type, 'google.cloud.storage.') ||
    (isPlainObject(sent) && begins(sent.eventType, 'OBJECT_') && hasKey(sent, 'bucketId'))
  );
}

function begins(value: unknown, beginning: string): boolean {
  return typeof value === 'string' && value.startsWith(beginning);
}

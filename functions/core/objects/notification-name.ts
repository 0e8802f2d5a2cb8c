/** What the name of an event says of an object. */
export type NotificationMeaning =
  | 'created'
  | 'removed'
  /** One version was deleted for good, or a mark of deletion: another version may be the current one now. */
  | 'version-removed'
  /** It can be read again. */
  | 'restored'
  | 'other';

/**
 * Of S3 (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html),
 * with what stores of its kind have added; the first that begins a name counts.
 */
const MEANINGS: readonly (readonly [beginning: string, meaning: NotificationMeaning])[] = [
  // MinIO tells so of an object that is there already.
  ['ObjectCreated:PutRetention', 'other'],
  ['ObjectCreated:PutLegalHold', 'other'],
  ['ObjectCreated:PutTagging', 'other'],
  ['ObjectCreated:DeleteTagging', 'other'],
  ['ObjectCreated', 'created'],
  // MinIO: there was nothing to remove.
  ['ObjectRemoved:NoOP', 'other'],
  ['ObjectRemoved:DeleteMarkerCreated', 'removed'],
  ['ObjectRemoved', 'version-removed'],
  ['LifecycleExpiration:DeleteMarkerCreated', 'removed'],
  ['LifecycleExpiration', 'version-removed'],
  ['ObjectRestore:Completed', 'restored'],
  // Ceph: https://docs.ceph.com/en/latest/radosgw/s3-notification-compatibility/
  ['ObjectLifecycle:Expiration:Abort', 'other'],
  ['ObjectLifecycle:Expiration', 'version-removed'],
  ['ObjectSynced:Create', 'created'],
  ['ObjectSynced:Delet', 'version-removed'],
  ['Replication:Create', 'created'],
  ['Replication:Delet', 'version-removed'],
];

/** SQS gets `ObjectCreated:Put`; some stores, and older records, say `s3:ObjectCreated:Put`. */
export function meaningOf(eventName: string): NotificationMeaning {
  const name = eventName.replace(/^s3:/, '');
  return MEANINGS.find(([beginning]) => name.startsWith(beginning))?.[1] ?? 'other';
}

import { uriEncodePath } from '../http/uri-encoding.ts';
import type { QueueConfiguration } from './notification-configuration.ts';

/**
 * What S3 sends to a queue.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export type S3Notification = S3EventNotification | S3TestEvent;

export interface S3EventNotification {
  readonly Records: readonly S3EventRecord[];
}

export interface S3EventRecord {
  readonly eventVersion: '2.1';
  readonly eventSource: 'aws:s3';
  readonly awsRegion: string;
  /** ISO 8601 */
  readonly eventTime: string;
  readonly eventName: S3EventName;
  readonly userIdentity: { readonly principalId: string };
  readonly requestParameters: { readonly sourceIPAddress: string };
  readonly responseElements: { readonly 'x-amz-request-id': string; readonly 'x-amz-id-2': string };
  readonly s3: {
    readonly s3SchemaVersion: '1.0';
    readonly configurationId: string;
    readonly bucket: {
      readonly name: string;
      readonly ownerIdentity: { readonly principalId: string };
      readonly arn: string;
    };
    readonly object: {
      /** Form-URL-encoded, except for `/`. */
      readonly key: string;
      /** In bytes; only for objects that were created. */
      readonly size?: number;
      /** Only for objects that were created. */
      readonly eTag?: string;
      readonly sequencer: string;
    };
  };
}

export type S3EventName =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Post'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectRemoved:Delete';

/** Sent once when a bucket's notification configuration is put. */
export interface S3TestEvent {
  readonly Service: 'Amazon S3';
  readonly Event: 's3:TestEvent';
  readonly Time: string;
  readonly Bucket: string;
  readonly RequestId: string;
  readonly HostId: string;
}

/** One thing that happened to one object. */
export interface ObjectEvent {
  readonly name: S3EventName;
  readonly time: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
  readonly sequencer: string;
  /** The object that was created; absent for a removal. */
  readonly created?: { readonly sizeBytes: number; readonly eTag: string };
  readonly accessKeyId: string;
  readonly sourceIpAddress: string;
  readonly requestId: string;
}

/** Stands where S3 names its own account and host. */
const LOCAL_IDENTITY = 'local';

export function eventNotification(event: ObjectEvent, configurationId: string): S3EventNotification {
  const { created } = event;
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: event.region,
        eventTime: event.time,
        eventName: event.name,
        userIdentity: { principalId: event.accessKeyId },
        requestParameters: { sourceIPAddress: event.sourceIpAddress },
        responseElements: { 'x-amz-request-id': event.requestId, 'x-amz-id-2': LOCAL_IDENTITY },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId,
          bucket: {
            name: event.bucket,
            ownerIdentity: { principalId: LOCAL_IDENTITY },
            arn: `arn:aws:s3:::${event.bucket}`,
          },
          object: {
            key: uriEncodePath(event.key).replaceAll('%20', '+'),
            ...(created && { size: created.sizeBytes, eTag: created.eTag }),
            sequencer: event.sequencer,
          },
        },
      },
    ],
  };
}

export function testEvent(bucket: string, requestId: string, time: string): S3TestEvent {
  return {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: time,
    Bucket: bucket,
    RequestId: requestId,
    HostId: LOCAL_IDENTITY,
  };
}

/** Whether a queue asked for events of this name and key. */
export function wants(queue: QueueConfiguration, event: Pick<ObjectEvent, 'name' | 'key'>): boolean {
  return (
    queue.events.some((pattern) => matches(pattern, `s3:${event.name}`)) && passesFilter(queue, event.key)
  );
}

/** A pattern is an event's full name, or ends in `*` and fits all names that begin like it. */
function matches(pattern: string, eventName: string): boolean {
  return pattern.endsWith('*') ? eventName.startsWith(pattern.slice(0, -1)) : eventName === pattern;
}

function passesFilter({ prefix, suffix }: QueueConfiguration, key: string): boolean {
  return key.startsWith(prefix) && key.endsWith(suffix);
}

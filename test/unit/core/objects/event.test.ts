import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MessageFault } from '../../../../functions/core/errors.ts';
import { eventsOf } from '../../../../functions/core/objects/event.ts';

const FIXTURES = new URL('../../../fixtures/events/', import.meta.url);
const fixture = (name: string) => readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8');

const BUCKET = 'amzn-s3-demo-bucket';
const CREATED = '0055AED6DCD90281E500000000000000';
const REMOVED = '0055AED6DCD902820000000000000000';
const BRIDGE_REMOVED = '617F0837B476E4630000000000000000';
const ETAG = 'd41d8cd98f00b204e9800998ecf8427e';
const VERSION = '096fKKXTRTtl3on89fVO.nfljtsv6qko';
const MINIO_CREATED = '17A0E0A7C9D0B6D20000000000000000';
/** Its key is not encoded, its time stands with the lowest byte first: 2019-11-22T13:47:35 is 5DD7E6F7. */
const CEPH = {
  key: 'photos/50% off +1.jpg',
  versionId: undefined,
  sequencer: '5DD7E6F708D142C70000000000000000',
};

const created = (object: object = {}) => ({
  kind: 'created',
  object: { key: 'photos/cat.jpg', sequencer: CREATED, sizeBytes: 1024, eTag: ETAG, ...object },
});
const removed = (mayUncoverVersion: boolean, object: object = {}) => ({
  kind: 'removed',
  mayUncoverVersion,
  object: { key: 'photos/cat.jpg', sequencer: REMOVED, ...object },
});
const restored = () => ({ kind: 'restored', object: { key: 'photos/cat.jpg', sizeBytes: 1024, eTag: ETAG } });
const ignored = (reason: RegExp) => ({ kind: 'ignored', reason: expect.stringMatching(reason) });

/** Fixture → what it tells; `bucket` is the same in all of them. */
const CASES: Readonly<Record<string, readonly object[]>> = {
  's3-2.1-object-created-put': [created()],
  's3-2.1-object-created-post': [created()],
  's3-2.1-object-created-copy': [created()],
  's3-2.1-object-created-complete-multipart-upload': [
    created({ sizeBytes: 104_857_600, eTag: `${ETAG}-13` }),
  ],
  's3-2.1-object-created-versioned': [created({ versionId: VERSION })],
  's3-2.1-object-created-prefixed-name': [created()],
  's3-2.1-object-created-form-encoded-key': [created({ key: 'summer 2026/café/1+1 🐈.jpg' })],
  's3-2.1-object-removed-delete': [removed(false)],
  's3-2.1-object-removed-delete-version': [removed(true, { versionId: VERSION })],
  's3-2.1-object-removed-delete-marker-created': [removed(false)],
  's3-2.1-several-records': [
    created({ key: 'a.jpg' }),
    removed(false, { key: 'b.jpg', sequencer: '0055AED6DCD902820100000000000000' }),
    ignored(/ObjectTagging:Put/),
  ],
  's3-2.2-replication': [ignored(/Replication:OperationMissedThreshold/)],
  's3-2.3-lifecycle-expiration-delete': [removed(false)],
  's3-2.3-lifecycle-expiration-delete-version': [removed(true, { versionId: VERSION })],
  's3-2.3-lifecycle-expiration-delete-marker-created': [removed(false)],
  's3-2.3-lifecycle-transition': [ignored(/LifecycleTransition/)],
  's3-2.3-intelligent-tiering': [ignored(/IntelligentTiering/)],
  's3-2.3-object-acl-put': [ignored(/ObjectAcl:Put/)],
  's3-2.3-object-tagging-put': [ignored(/ObjectTagging:Put/)],
  's3-2.3-object-tagging-delete': [ignored(/ObjectTagging:Delete/)],
  's3-2.3-object-restore-post': [ignored(/ObjectRestore:Post/)],
  's3-2.3-object-restore-completed': [restored()],
  's3-2.3-object-restore-delete': [ignored(/ObjectRestore:Delete/)],
  's3-2.4-object-created-put': [created()],
  's3-2.5-object-created-put': [created()],
  's3-2.6-object-removed-delete': [removed(false)],
  's3-test-event': [ignored(/s3:TestEvent/)],
  'eventbridge-object-created': [
    created({
      key: '100%+ wool/café.jpg',
      sizeBytes: 5,
      eTag: 'b1946ac92492d2347c6235b4d2611184',
      versionId: 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e',
      sequencer: '617F08299329D1890000000000000000',
    }),
  ],
  'eventbridge-object-deleted-permanently': [removed(true, { sequencer: BRIDGE_REMOVED })],
  'eventbridge-object-deleted-unversioned': [removed(false, { sequencer: BRIDGE_REMOVED })],
  'eventbridge-object-deleted-delete-marker': [removed(false, { sequencer: BRIDGE_REMOVED })],
  'eventbridge-object-deleted-lifecycle': [removed(false, { sequencer: BRIDGE_REMOVED })],
  'eventbridge-object-tags-added': [ignored(/Object Tags Added/)],
  'eventbridge-object-restore-initiated': [ignored(/Object Restore Initiated/)],
  'eventbridge-object-restore-completed': [restored()],
  'eventbridge-object-restore-expired': [ignored(/Object Restore Expired/)],
  'eventbridge-object-storage-class-changed': [ignored(/Object Storage Class Changed/)],
  'eventbridge-object-access-tier-changed': [ignored(/Object Access Tier Changed/)],
  'sns-envelope': [created()],
  'minio-object-created-put': [created({ sequencer: MINIO_CREATED })],
  'minio-object-created-put-tagging': [ignored(/ObjectCreated:PutTagging/)],
  'minio-object-removed-delete': [removed(false, { sequencer: '17A0E0A7C9D0B6D30000000000000000' })],
  'minio-object-restore-completed': [restored()],
  'rustfs-object-created-put': [created({ sequencer: MINIO_CREATED })],
  'ceph-object-created-put': [created(CEPH)],
  'ceph-2.1-object-created-put': [created(CEPH)],
  'ceph-object-removed-delete': [removed(false, { ...CEPH, sequencer: '5DD7E6F8010000000000000000000000' })],
  'ceph-lifecycle-expiration-current': [removed(false, CEPH)],
  'ceph-lifecycle-expiration-noncurrent': [removed(true, { ...CEPH, versionId: VERSION })],
  'ceph-lifecycle-transition': [ignored(/ObjectLifecycle:Transition/)],
  'ceph-object-synced-create': [created(CEPH)],
};

describe('eventsOf', () => {
  for (const [name, expected] of Object.entries(CASES)) {
    it(`reads ${name}`, () => {
      const events = eventsOf(fixture(name));
      expect(events).toMatchObject(expected);
      expect(events).toHaveLength(expected.length);
      for (const event of events) {
        if ('object' in event) expect(event.object.bucket).toBe(BUCKET);
      }
    });
  }

  it('has a case for every fixture', () => {
    const names = readdirSync(FIXTURES).map((file) => file.replace(/\.json$/, ''));
    expect(Object.keys(CASES).sort()).toEqual(names.sort());
  });

  it('keeps the time at which S3 changed the object', () => {
    expect(eventsOf(fixture('s3-2.1-object-created-put'))).toMatchObject([
      { time: '2026-11-23T09:30:00.000Z' },
    ]);
    expect(eventsOf(fixture('eventbridge-object-created'))).toMatchObject([{ time: '2026-11-23T09:30:00Z' }]);
  });

  const KEYS = {
    'plain.jpg': 'plain.jpg',
    'a+b.jpg': 'a b.jpg',
    'a%2Bb.jpg': 'a+b.jpg',
    'a%20b.jpg': 'a b.jpg',
    'folder%2Fa.jpg': 'folder/a.jpg',
    'folder/a.jpg': 'folder/a.jpg',
    '%25+off.jpg': '% off.jpg',
    '%E6%97%A5%E6%9C%AC.png': '日本.png',
    'e%CC%81.jpg': 'e\u0301.jpg',
  };
  for (const [encoded, key] of Object.entries(KEYS)) {
    it(`decodes the notification key ${encoded}`, () => {
      expect(eventsOf(notification({ object: { key: encoded } }))).toMatchObject([{ object: { key } }]);
    });
  }

  it('orders the events of Ceph by their time', () => {
    const sequencerOf = (seconds: number, nanoseconds: number) => {
      const memory = Buffer.alloc(8);
      memory.writeUInt32LE(seconds);
      memory.writeUInt32LE(nanoseconds, 4);
      const object = { key: 'a', sequencer: memory.toString('hex').toUpperCase() };
      const [event] = eventsOf(notification({ eventSource: 'ceph:s3', object }));
      return event && 'object' in event && 'sequencer' in event.object ? event.object.sequencer : '';
    };
    const moments = [
      [1_574_430_455, 999_999_999],
      [1_574_430_456, 1],
      [1_574_430_456, 256],
      [1_574_430_463, 0],
      [1_574_430_720, 0],
    ] as const;
    const sequencers = moments.map(([seconds, nanoseconds]) => sequencerOf(seconds, nanoseconds));
    expect([...sequencers].sort()).toEqual(sequencers);
  });

  it.each([
    ['aws:s3', 'a+b%2B.jpg', 'a b+.jpg'],
    ['minio:s3', 'a%2Fb+%2B.jpg', 'a/b +.jpg'],
    ['rustfs:s3', 'a%2Fb.jpg', 'a/b.jpg'],
    ['ceph:s3', 'a+b%2B.jpg', 'a+b%2B.jpg'],
    ['ceph:s3', '100%.jpg', '100%.jpg'],
  ])('reads a key of %s as this store encodes it: %s', (eventSource, text, key) => {
    expect(eventsOf(notification({ eventSource, object: { key: text } }))).toMatchObject([
      { object: { key } },
    ]);
  });

  it.each([
    ['s3:ObjectRemoved:NoOP', 'ignored'],
    ['s3:ObjectAccessed:Get', 'ignored'],
    ['s3:ObjectCreated:PutRetention', 'ignored'],
    ['s3:ObjectCreated:DeleteTagging', 'ignored'],
    ['s3:ObjectCreated:CompleteMultipartUpload', 'created'],
    ['s3:ILM:DelMarkerExpirationDelete', 'ignored'],
    ['s3:ObjectRemoved:DeleteAllVersions', 'removed'],
    ['s3:Replication:OperationFailedReplication', 'ignored'],
    ['ObjectSynced:Delete', 'removed'],
    ['ObjectSynced:DeletionMarkerCreated', 'removed'],
    ['ObjectLifecycle:Expiration:AbortMPU', 'ignored'],
    ['ObjectCreated', 'created'],
  ])('understands %s', (eventName, kind) => {
    expect(eventsOf(notification({ eventSource: 'minio:s3', eventName }))).toMatchObject([{ kind }]);
  });

  it('reads an ETag without its quotes', () => {
    const [event] = eventsOf(notification({ object: { key: 'a.jpg', eTag: `"${ETAG}"` } }));
    expect(event).toMatchObject({ object: { eTag: ETAG } });
  });

  it('orders an event without a sequencer before all others', () => {
    const [event] = eventsOf(notification({ object: { key: 'a.jpg', sequencer: undefined } }));
    expect(event).toMatchObject({ object: { sequencer: '0'.repeat(32) } });
  });

  it('reads a notification whose optional fields are null', () => {
    const object = { key: 'a.jpg', size: null, eTag: null, versionId: null, sequencer: '1A' };
    const [event] = eventsOf(notification({ object }));
    expect(event).toMatchObject({ kind: 'created', object: { key: 'a.jpg', versionId: undefined } });
  });
});

/** Body → what the fault must say: what was expected, where, and what arrived. */
const FAULTS: Readonly<Record<string, readonly [body: string, ...texts: RegExp[]]>> = {
  'an empty body': ['', /Expected a JSON document/, /received ""/],
  HTML: ['<!doctype html><title>502</title>', /Expected a JSON document/, /<title>502/],
  'a cut-off document': ['{"Records":[{', /Expected a JSON document/],
  null: ['null', /Expected an S3 event/, /null/],
  'an empty list': ['[]', /Expected an S3 event/, /\[\]/],
  'an empty object': ['{}', /Expected an S3 event/, /\{\}/],
  'a number': ['42', /Expected an S3 event/, /42/],
  'a string': ['"hello"', /Expected an S3 event/, /hello/],
  'no records': ['{"Records":[]}', /Records/],
  'records that are no list': ['{"Records":"many"}', /Records/],
  'a record that is null': ['{"Records":[null]}', /Records\.0/],
  'records of another service': [
    notification({ eventSource: 'aws:ses' }),
    /Records\.0\.eventSource/,
    /aws:ses/,
  ],
  'an EventBridge event of another service': [
    fixture('eventbridge-object-created').replace('aws.s3', 'aws.ec2'),
    /source/,
    /aws\.ec2/,
  ],
  'event version 3.0': [
    notification({ eventVersion: '3.0' }),
    /eventVersion/,
    /Expected event version 2\.x/,
    /3\.0/,
  ],
  'event version 1.0': [notification({ eventVersion: '1.0' }), /eventVersion/, /1\.0/],
  'a record without a key': [notification({ object: {} }), /s3\.object\.key/],
  'an empty key': [notification({ object: { key: '' } }), /s3\.object\.key/],
  'a key with a lone percent sign': [
    notification({ object: { key: '100%.jpg' } }),
    /form-URL-encoded/,
    /100%\.jpg/,
  ],
  'a key with bytes that are not UTF-8': [
    notification({ object: { key: '%FF.jpg' } }),
    /form-URL-encoded/,
    /%FF/,
  ],
  'a sequencer that is not hexadecimal': [
    notification({ object: { key: 'a', sequencer: 'xyz' } }),
    /hexadecimal/,
    /"xyz"/,
  ],
  'a sequencer of 33 digits': [
    notification({ object: { key: 'a', sequencer: '0'.repeat(33) } }),
    /at most 32 hexadecimal digits/,
  ],
  'an SNS envelope around something else': [
    JSON.stringify({ Type: 'Notification', Message: 'disk full' }),
    /Expected a JSON document/,
    /disk full/,
  ],
};

/** Store → an event as it sends it. */
const OTHER_STORES: Readonly<Record<string, object>> = {
  'Cloudflare R2': {
    account: '3f4b7e3dcab231cbfdaa90a6a28bd548',
    action: 'PutObject',
    bucket: 'my-bucket',
    object: { key: 'a.jpg', size: 65536, eTag: 'c846ff7a18f28c2e262116d6e8719ef0' },
    eventTime: '2026-05-24T19:36:44.379Z',
  },
  'Backblaze B2': {
    events: [{ bucketName: 'b', eventType: 'b2:ObjectCreated:Upload', objectName: 'a.jpg', objectSize: 1 }],
  },
  'Google Cloud Storage': { kind: 'storage#object', bucket: 'b', name: 'a.jpg', generation: '1', size: '1' },
  'Google Cloud Storage, pushed': {
    message: { attributes: { eventType: 'OBJECT_FINALIZE', bucketId: 'b', objectId: 'a.jpg' }, data: '' },
    subscription: 's',
  },
  'Google Cloud Storage, as a CloudEvent': {
    specversion: '1.0',
    type: 'google.cloud.storage.object.v1.finalized',
  },
  'Azure Blob Storage': [
    { topic: 't', subject: 's', eventType: 'Microsoft.Storage.BlobCreated', data: { url: 'https://a/b' } },
  ] as unknown as object,
  'Azure Blob Storage, as a CloudEvent': { source: 's', type: 'Microsoft.Storage.BlobCreated', data: {} },
  'Alibaba Cloud OSS': {
    events: [{ eventName: 'ObjectCreated:PutObject', eventSource: 'acs:oss', oss: {} }],
  },
  'Huawei OBS': { Records: [{ eventVersion: '3.0', eventSource: 'OBS', obs: { object: { key: 'a' } } }] },
  'Tencent COS': { Records: [{ cos: {}, event: { eventName: 'cos:ObjectCreated:Put' } }] },
  'Oracle Object Storage': { eventType: 'com.oraclecloud.objectstorage.createobject', data: {} },
  SeaweedFS: { key: '/buckets/b/a.jpg', event_type: 'create', message: { newEntry: {} } },
};

describe('eventsOf, given an event of another store,', () => {
  for (const [name, event] of Object.entries(OTHER_STORES)) {
    it(`rejects that of ${name} by its name`, () => {
      const fault = faultOf(JSON.stringify(event));
      expect(fault).toMatchObject({ code: 'message-not-understood', retryable: false });
      expect(fault?.message).toContain(`received one of ${name.split(',')[0]}`);
    });
  }

  it('says which it knows when it is of S3’s form', () => {
    const fault = faultOf(notification({ eventSource: 'scality:s3' }));
    expect(fault?.message).toMatch(/aws:s3, minio:s3, rustfs:s3, ceph:s3.*scality:s3/);
  });
});

describe('eventsOf, given something else,', () => {
  for (const [name, [body, ...texts]] of Object.entries(FAULTS)) {
    it(`rejects ${name}, with an explanation`, () => {
      const fault = faultOf(body);
      expect(fault).toBeInstanceOf(MessageFault);
      expect(fault).toMatchObject({ code: 'message-not-understood', retryable: false });
      for (const text of texts) expect(fault?.message).toMatch(text);
    });
  }

  const HUGE = {
    'a body': 'x'.repeat(1_000_000),
    'a document': JSON.stringify({ text: 'x'.repeat(1_000_000) }),
    'a key': notification({ object: { key: `%${'x'.repeat(200_000)}` } }),
    'a sequencer': notification({ object: { key: 'a', sequencer: 'A'.repeat(200_000) } }),
    'an event source': notification({ eventSource: 'x'.repeat(200_000) }),
  };
  for (const [name, body] of Object.entries(HUGE)) {
    it(`rejects ${name} of hundreds of kilobytes with a message that fits a log line`, () => {
      const fault = faultOf(body);
      expect(fault).toBeInstanceOf(MessageFault);
      expect(fault?.message.length).toBeLessThan(1000);
    });
  }

  it('keeps the good records beside a faulty one', () => {
    const { Records: good } = JSON.parse(notification({}));
    const { Records: bad } = JSON.parse(notification({ object: { key: '100%.jpg' } }));
    const events = eventsOf(JSON.stringify({ Records: [...good, ...bad, ...good] }));
    expect(events.map(({ kind }) => kind)).toEqual(['created', 'faulty', 'created']);
  });

  it('rejects a body of a thousand faulty records with a message that fits a log line', () => {
    const fault = faultOf(JSON.stringify({ Records: Array.from({ length: 1000 }, () => ({})) }));
    expect(fault).toBeInstanceOf(MessageFault);
    expect(fault?.message.length).toBeLessThan(5000);
  });
});

function faultOf(body: string): MessageFault | undefined {
  const [event] = eventsOf(body);
  return event?.kind === 'faulty' ? event.fault : undefined;
}

function notification({ object, ...changes }: { object?: object; [field: string]: unknown }): string {
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    eventTime: '2026-11-23T09:30:00.000Z',
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: BUCKET }, object: object ?? { key: 'a.jpg', sequencer: '1A' } },
    ...changes,
  };
  return JSON.stringify({ Records: [record] });
}

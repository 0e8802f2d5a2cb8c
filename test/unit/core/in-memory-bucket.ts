import { ObjectSuperseded } from '../../../functions/core/errors.ts';
import type { ListedObject } from '../../../functions/core/objects/listed-object.ts';
import type { CurrentObject, ObjectStore } from '../../../functions/core/objects/object-store.ts';
import type { ObjectTag, ObjectTags } from '../../../functions/core/results/object-tags.ts';

/** A tag of another program, which every object has. */
export const FOREIGN_TAGS: readonly ObjectTag[] = [{ key: 'team', value: 'zoo' }];

export type BucketChange =
  | { readonly kind: 'put'; readonly content: number }
  | { readonly kind: 'delete' }
  /** Deletes one version for good, counted from the newest; in an unversioned bucket the object. */
  | { readonly kind: 'delete-version'; readonly age: number };

/** A bucket in memory whose contents are bytes with the number of a content; versioned or not, as S3 keeps them. */
export interface InMemoryBucket {
  readonly objects: ObjectStore;
  readonly objectTags: ObjectTags;
  /** The tags of the current content, undefined when there is none. */
  tagsOf(key: string): readonly ObjectTag[] | undefined;
  /** Makes a change and returns the body of the notification, or undefined when there was nothing to change. */
  change(key: string, change: BucketChange): string | undefined;
  /** Puts an object without an event, as one that existed before events were sent. */
  putUnheard(key: string, content: number): void;
  /** The objects as a listing shows them now. */
  listing(): readonly ListedObject[];
  /** The number of the current content, undefined when there is none. */
  content(key: string): number | undefined;
  /** Sequencer of the newest event of this key. */
  newestSequencer(key: string): string | undefined;
}

interface Version {
  readonly versionId: string | undefined;
  /** Undefined for a delete marker. */
  readonly content: number | undefined;
  tags: readonly ObjectTag[];
}

interface Described {
  readonly eventName: string;
  readonly version: Version;
}

export function inMemoryBucket(
  name: string,
  { versioned, bytesOf }: { versioned: boolean; bytesOf: (content: number) => Uint8Array },
): InMemoryBucket {
  const versionsOf = new Map<string, Version[]>();
  const sequencers = new Map<string, string>();
  let counter = 0;

  const versions = (key: string) => versionsOf.get(key) ?? [];
  const current = (key: string) => versions(key).at(-1);
  const set = (key: string, next: Version[]) => versionsOf.set(key, next);

  function put(key: string, content: number | undefined): Version {
    const version = { versionId: versioned ? `v${counter}` : undefined, content, tags: FOREIGN_TAGS };
    set(key, versioned ? [...versions(key), version] : [version]);
    return version;
  }

  function remove(key: string, version: Version | undefined): Version | undefined {
    set(
      key,
      versions(key).filter((other) => other !== version),
    );
    return version;
  }

  function make(key: string, change: BucketChange): Described | undefined {
    if (change.kind === 'put') return { eventName: 'ObjectCreated:Put', version: put(key, change.content) };
    if (change.kind === 'delete' && versioned) {
      return { eventName: 'ObjectRemoved:DeleteMarkerCreated', version: put(key, undefined) };
    }
    const age = change.kind === 'delete' ? 0 : change.age;
    const version = remove(key, versions(key).at(-1 - (age % Math.max(1, versions(key).length))));
    return version && { eventName: 'ObjectRemoved:Delete', version };
  }

  function referenced({ key, versionId }: { key: string; versionId?: string | undefined }) {
    const version = versionId ? versions(key).find((other) => other.versionId === versionId) : current(key);
    return version?.content === undefined ? undefined : version;
  }

  return {
    tagsOf: (key) => referenced({ key })?.tags,
    objectTags: {
      read: async (object) => referenced(object)?.tags,
      async write(object, tags) {
        const version = referenced(object);
        if (version) version.tags = tags;
      },
    },
    change(key, change) {
      counter++;
      const described = make(key, change);
      if (!described) return undefined;
      // Sequencers come in different lengths: the shorter ones are to be padded with zeros on the right.
      const sequencer = `00${counter.toString(16).padStart(4, '0')}A0`.replace(counter % 2 ? /0$/ : /$/, '');
      sequencers.set(key, sequencer);
      return notification(name, key, described, sequencer, bytesOf);
    },
    putUnheard(key, content) {
      counter++;
      put(key, content);
    },
    listing: () =>
      [...versionsOf.keys()].flatMap((key) => {
        const content = current(key)?.content;
        if (content === undefined) return [];
        const sizeBytes = bytesOf(content).length;
        return [
          { bucket: name, key, eTag: eTagOf(content), sizeBytes, lastModified: '1970-01-01T00:00:00.000Z' },
        ];
      }),
    content: (key) => current(key)?.content,
    newestSequencer: (key) => sequencers.get(key),
    objects: {
      async fetch({ key, versionId, eTag }) {
        const version = referenced({ key, versionId });
        if (version?.content === undefined) throw new ObjectSuperseded('object-gone', `${key} is gone`);
        if (eTagOf(version.content) !== eTag)
          throw new ObjectSuperseded('object-changed', `${key} has changed`);
        return { bytes: bytesOf(version.content) };
      },
      async current({ key }): Promise<CurrentObject | undefined> {
        const version = current(key);
        if (version?.content === undefined) return undefined;
        const sizeBytes = bytesOf(version.content).length;
        return { versionId: version.versionId, eTag: eTagOf(version.content), sizeBytes };
      },
    },
  };
}

function eTagOf(content: number): string {
  return `e${content}`;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function notification(
  bucket: string,
  key: string,
  { eventName, version: { versionId, content } }: Described,
  sequencer: string,
  bytesOf: (content: number) => Uint8Array,
): string {
  const created = eventName.startsWith('ObjectCreated') && content !== undefined;
  const described = created ? { size: bytesOf(content).length, eTag: eTagOf(content) } : {};
  const object = {
    key: encodeURIComponent(key).replaceAll('%20', '+'),
    sequencer,
    versionId,
    ...described,
  };
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    eventTime: '1970-01-01T00:00:00.000Z',
    eventName,
    s3: { bucket: { name: bucket }, object },
  };
  return JSON.stringify({ Records: [record] });
}

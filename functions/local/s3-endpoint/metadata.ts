import type { ClassicLevel } from 'classic-level';
import { openLevelStore } from '../store/level-store.ts';
import type {
  BucketRecord,
  LetGoFile,
  ObjectRecord,
  OutboxRecord,
  PartRecord,
  UploadRecord,
} from './records.ts';

/** Keys are ordered by their UTF-8 bytes, which is the order in which S3 lists. */
export type Table<Value> = ReturnType<typeof table<Value>>;

/** Part of a commit: see {@link put} and {@link del}. */
export type Change =
  | { readonly type: 'put'; readonly sublevel: Table<unknown>; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly sublevel: Table<unknown>; readonly key: string };

export type Metadata = Awaited<ReturnType<typeof openMetadata>>;

/** @throws Error when another process uses the folder. */
export async function openMetadata(folder: string) {
  const database = await openLevelStore(folder);
  return {
    /** By name. */
    buckets: table<BucketRecord>(database, 'buckets'),
    /** By {@link objectKey}. */
    objects: table<ObjectRecord>(database, 'objects'),
    /** By {@link objectKey}. */
    letGoFiles: table<LetGoFile>(database, 'let-go-files'),
    /** By {@link uploadKey}. */
    uploads: table<UploadRecord>(database, 'uploads'),
    /** By {@link partKey}. */
    parts: table<PartRecord>(database, 'parts'),
    /** By sequencer, so that redelivery keeps the order of the events. */
    outbox: table<OutboxRecord>(database, 'outbox'),
    /** One value, under {@link LAST_SEQUENCER}. */
    sequencers: table<string>(database, 'sequencers'),
    /** Makes all changes or none; they are on disk when this resolves. */
    commit: (changes: readonly Change[]): Promise<void> =>
      database.batch<string, unknown>([...changes] as Parameters<typeof database.batch<string, unknown>>[0], {
        sync: true,
      }),
    close: () => database.close(),
  };
}

export const LAST_SEQUENCER = 'last';

export function put<Value>(sublevel: Table<Value>, key: string, value: Value): Change {
  return { type: 'put', sublevel: sublevel as Table<unknown>, key, value };
}

export function del<Value>(sublevel: Table<Value>, key: string): Change {
  return { type: 'del', sublevel: sublevel as Table<unknown>, key };
}

/** `\0` cannot occur in a bucket's name, so the keys of two buckets never mix. */
export const objectKey = (bucket: string, key: string) => `${bucket}\0${key}`;
export const uploadKey = (bucket: string, key: string, uploadId: string) => `${bucket}\0${key}\0${uploadId}`;
export const partKey = (uploadId: string, number: number) =>
  `${uploadId}\0${String(number).padStart(5, '0')}`;

/** All keys that {@link objectKey} and {@link uploadKey} give for a bucket, or {@link partKey} for an upload. */
export const keysUnder = (bucketOrUpload: string) => ({
  gte: `${bucketOrUpload}\0`,
  lt: `${bucketOrUpload}\x01`,
});

function table<Value>(database: ClassicLevel, name: string) {
  return database.sublevel<string, Value>(name, { valueEncoding: 'json' });
}

import { noSuchUpload } from './errors.ts';
import { type Change, del, keysUnder, partKey, uploadKey } from './metadata.ts';
import type { PartRecord, UploadRecord } from './records.ts';
import type { S3Request } from './request.ts';
import { requireBucket, type S3State } from './state.ts';

/** Removes uploads and their parts, and makes further changes in the same commit. */
export async function discardUploads(
  state: S3State,
  bucket: string,
  uploads: readonly UploadRecord[],
  alongside: readonly Change[] = [],
): Promise<void> {
  const parts = await Promise.all(uploads.map((upload) => partsOf(state, upload)));
  const removals = uploads.flatMap((upload, index) => forgetting(state, bucket, upload, parts[index] ?? []));
  await state.metadata.commit([...removals, ...alongside]);
  await state.blobs.remove(parts.flat().map(({ blobId }) => blobId));
}

/** A bucket's uploads, in the order of their keys. */
export async function uploadsOf({ metadata }: S3State, bucket: string): Promise<UploadRecord[]> {
  return metadata.uploads.values(keysUnder(bucket)).all();
}

/** @throws {S3Error} `NoSuchBucket`, `NoSuchUpload` */
export async function requireUpload(
  state: S3State,
  { bucket, key, query }: S3Request,
): Promise<UploadRecord> {
  await requireBucket(state, bucket);
  const upload = await state.metadata.uploads.get(uploadKey(bucket, key, query.get('uploadId') ?? ''));
  if (!upload) throw noSuchUpload();
  return upload;
}

/** In the order of their numbers. */
export async function partsOf(state: S3State, { uploadId }: UploadRecord): Promise<PartRecord[]> {
  return state.metadata.parts.values(keysUnder(uploadId)).all();
}

/** Runs one task at a time for an upload: completing, aborting and storing a part exclude each other. */
export async function withUpload<Result>(
  state: S3State,
  request: S3Request,
  task: (upload: UploadRecord) => Promise<Result>,
): Promise<Result> {
  return state.lock(request.query.get('uploadId') ?? '', async () =>
    task(await requireUpload(state, request)),
  );
}

/** The changes that remove an upload and its parts from the metadata. */
export function forgetting(
  { metadata }: S3State,
  bucket: string,
  { key, uploadId }: UploadRecord,
  parts: readonly PartRecord[],
): Change[] {
  return [
    del(metadata.uploads, uploadKey(bucket, key, uploadId)),
    ...parts.map(({ number }) => del(metadata.parts, partKey(uploadId, number))),
  ];
}

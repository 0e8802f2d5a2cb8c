import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authentication } from './authentication.ts';
import { storeBody } from './body.ts';
import { invalidArgument, invalidRequest, preconditionFailed, S3Error } from './errors.ts';
import { readForm, type UploadForm } from './form-reader.ts';
import { changeObject } from './object-commit.ts';
import { checkedHeaderValue } from './object-description.ts';
import { plainObject } from './object-operations.ts';
import { type AuthenticatedRequest, checkedKey, parseRequest } from './request.ts';
import { findObject, requireBucket, type S3State } from './state.ts';

export interface NewObjectsOptions {
  readonly bucket: string;
  /** Of a file. */
  readonly maximumBytes: number;
  /** The key that is wished for and, endlessly, others like it. */
  keysLike(key: string, from?: number): Iterable<string>;
}

/** A key that is kept for one upload, and what its form is to say besides the file. */
export interface ReservedKey {
  readonly key: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface NewObject {
  readonly key: string;
  /** Without quotes. */
  readonly eTag: string;
  /** Whether an object of that name, or of one like it, has this very content: then nothing was stored. */
  readonly isAlreadyThere: boolean;
}

/** Takes files from this machine's own page, none of which ever replaces an object. */
export interface NewObjects {
  /** Keeps a key for an upload that is about to begin. */
  reserve(wished: string, contentType?: string): Promise<ReservedKey>;
  /**
   * Stores the file of a form (`multipart/form-data`), whose fields come before it. Whoever asks has been checked.
   *
   * @throws {S3Error}
   */
  store(incoming: IncomingMessage, outgoing: ServerResponse): Promise<NewObject>;
}

/** Uploads that have not come by then have been given up. */
const RESERVATION_MILLISECONDS = 60 * 60 * 1000;
const MAXIMUM_RESERVATIONS = 100_000;

/** Whoever has more files of one name is looking at names that mean nothing. */
const COMPARED_NAMES = 100;

const BY_PAGE: Authentication = {
  accessKeyId: 'page',
  bodyHash: 'UNSIGNED-PAYLOAD',
  signature: '',
  sign: () => {
    throw invalidRequest('A form has no signed chunks.');
  },
};

export function newObjects(
  state: S3State,
  { bucket, maximumBytes, keysLike }: NewObjectsOptions,
): NewObjects {
  const reservations = createReservations();
  /** Where names begin to be free, by the wished one. */
  const firstFree = new Map<string, number>();

  /** Names that may be taken: the first ones, and then those from where they begin to be free. */
  function* candidates(wished: string): Generator<{ key: string; number: number }> {
    let number = 1;
    for (const key of keysLike(wished)) {
      yield { key, number };
      if (number++ === COMPARED_NAMES) break;
    }
    number = Math.max(number, firstFree.get(wished) ?? 0);
    for (const key of keysLike(wished, number)) yield { key, number: number++ };
  }

  function noteTaken(wished: string, number: number): void {
    if (number <= COMPARED_NAMES) return;
    if (firstFree.size > MAXIMUM_RESERVATIONS) firstFree.clear();
    firstFree.set(wished, number + 1);
  }

  return {
    async reserve(wished, contentType) {
      await requireBucket(state, bucket);
      for (const { key, number } of candidates(wished)) {
        if (reservations.holder(key) !== undefined) continue;
        // Before anybody else can, who looks while this one looks.
        const reservation = reservations.add(key);
        if (await findObject(state, bucket, key)) {
          reservations.end(reservation);
          continue;
        }
        noteTaken(wished, number);
        const typed = contentType === undefined ? {} : { 'content-type': contentType };
        return { key, fields: { key: wished, reservation, ...typed } };
      }
      throw invalidArgument('No name is left.');
    },

    async store(incoming, outgoing) {
      const request = parseRequest(incoming, outgoing);
      const form = await readForm(incoming.headers['content-type'] ?? '', request.body());
      const reservation = form.fields.get('reservation') ?? '';
      try {
        const upload = { ...request, bucket, ...uploadOf(form, maximumBytes), authentication: BY_PAGE };
        const bytes = await storeBody(
          upload,
          state.blobs,
          [],
          Number(incoming.headers['content-length']) || 0,
        );
        let isStored = false;
        try {
          for (const { key } of candidates(upload.key)) {
            const holder = reservations.holder(key);
            if (holder !== undefined && holder !== reservation) continue;
            const there = await findObject(state, bucket, key);
            if (there?.eTag === bytes.eTag) return { key, eTag: bytes.eTag, isAlreadyThere: true };
            if (there || !(await putNew(state, upload, key, bytes))) continue;
            isStored = true;
            return { key, eTag: bytes.eTag, isAlreadyThere: false };
          }
          throw invalidArgument('No name is left.');
        } finally {
          if (!isStored) await state.blobs.remove([bytes.blobId]);
        }
      } finally {
        reservations.end(reservation);
        await form.release();
      }
    },
  };
}

/** @returns false when somebody else has taken the key meanwhile */
async function putNew(
  state: S3State,
  upload: AuthenticatedRequest,
  key: string,
  bytes: Awaited<ReturnType<typeof storeBody>>,
): Promise<boolean> {
  let isTaken = false;
  const contentType = String(upload.headers['content-type'] ?? 'binary/octet-stream');
  try {
    await changeObject(state, upload, {
      key,
      eventName: 'ObjectCreated:Post',
      object: plainObject(bytes, { headers: { 'content-type': contentType }, tags: [] }),
      check(current) {
        isTaken = current !== undefined;
        if (isTaken) throw preconditionFailed();
      },
    });
    return true;
  } catch (error) {
    if (isTaken) return false;
    throw error;
  }
}

function uploadOf({ fields, file }: UploadForm, maximumBytes: number) {
  const key = checkedKey(fields.get('key') ?? '');
  if (key === '') throw invalidArgument("Expected a field named 'key' before the file.");
  const contentType = fields.get('content-type');
  return {
    key,
    headers:
      contentType === undefined ? {} : { 'content-type': checkedHeaderValue('content-type', contentType) },
    body: () => atMost(file(), maximumBytes),
  };
}

async function* atMost(file: AsyncIterable<Buffer>, maximumBytes: number): AsyncGenerator<Buffer> {
  let sizeBytes = 0;
  for await (const piece of file) {
    sizeBytes += piece.length;
    if (sizeBytes > maximumBytes) {
      throw new S3Error(400, 'EntityTooLarge', `Expected a file of at most ${maximumBytes} bytes.`);
    }
    yield piece;
  }
}

/** Keys that are kept for uploads, each until it has come or an hour has gone. */
function createReservations() {
  const keys = new Map<string, { readonly key: string; readonly end: number }>();
  const holders = new Map<string, string>();

  function end(reservation: string): void {
    const kept = keys.get(reservation);
    if (kept === undefined) return;
    keys.delete(reservation);
    holders.delete(kept.key);
  }

  /** The oldest stand first. */
  function endOld(): void {
    const now = Date.now();
    for (const [reservation, kept] of keys) {
      if (kept.end > now && keys.size <= MAXIMUM_RESERVATIONS) break;
      end(reservation);
    }
  }

  return {
    add(key: string): string {
      endOld();
      const reservation = randomUUID();
      keys.set(reservation, { key, end: Date.now() + RESERVATION_MILLISECONDS });
      holders.set(key, reservation);
      return reservation;
    },
    holder: (key: string): string | undefined => holders.get(key),
    end,
  };
}

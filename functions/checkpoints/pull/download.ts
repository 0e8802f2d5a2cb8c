import { createWriteStream } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliptagError } from '../../core/errors.ts';
import { type Attempts, withAttempts } from './attempts.ts';
import { bodyOffset, rangeHeaders, strongEtag, totalBytes } from './byte-range.ts';
import { diskError, isDiskError } from './disk-error.ts';
import {
  contentError,
  type ExpectedContent,
  type FileDigest,
  fileDigest,
  MISMATCH_ADVICE,
} from './file-digest.ts';
import type { Hub, HubAnswer } from './hub.ts';
import { connectionError, HubError } from './hub-error.ts';
import { notePart, partPath, readPart, removeNotes, removePart } from './part-file.ts';

export interface Download {
  /** The path below the hub's endpoint, percent-encoded. */
  readonly source: string;
  /** Where the file goes. */
  readonly target: string;
  readonly expected: ExpectedContent;
  /** Throws, before the body is read, when the endpoint's own headers contradict what is known of the file. */
  readonly check: (declared: Readonly<Record<string, string>>) => void;
  /** Called with the bytes of the file that are there; fewer than before when the download begins again. */
  readonly onPosition: (bytes: number) => void;
}

/**
 * Downloads a file to `target.part`, going on where an earlier run ended, and gives it its name once its content is
 * what was expected and has reached the disk.
 *
 * @throws {CliptagError} `digest-mismatch` when the content is another: then nothing of it is kept
 * @throws {CliptagError} `hub-…` when the hub does not deliver it: then the part is kept; `disk-full`, `disk`
 */
export async function download(file: Download, hub: Hub, attempts: Attempts): Promise<FileDigest> {
  const content = file.expected.sha256 ?? file.expected.gitBlob ?? '';
  await mkdir(dirname(file.target), { recursive: true }).catch((error) => {
    throw diskError(error, file.target);
  });
  let isResumed = (await readPart(file.target, content)).bytes > 0;
  for (;;) {
    await fetchAll({ ...file, content }, hub, attempts);
    const found = await fileDigest(partPath(file.target));
    const fault = contentError(found, file.expected);
    if (fault === undefined) {
      await finish(file.target);
      return found;
    }
    await removePart(file.target);
    // A part of an earlier run may be damaged, for example by a power cut: once more from the beginning.
    if (!isResumed) throw mismatch(file, hub, fault);
    isResumed = false;
  }
}

type KnownDownload = Download & { readonly content: string };

async function fetchAll(file: KnownDownload, hub: Hub, attempts: Attempts): Promise<void> {
  let position = (await readPart(file.target, file.content)).bytes;
  const onPosition = (bytes: number) => {
    position = bytes;
    file.onPosition(bytes);
  };
  await withAttempts(
    () => fetchRest({ ...file, onPosition }, hub),
    attempts,
    () => position,
  );
}

/** One attempt: asks for what is missing and appends it. */
async function fetchRest(file: KnownDownload, hub: Hub): Promise<void> {
  const part = await readPart(file.target, file.content);
  const { bytes: whole } = file.expected;
  file.onPosition(part.bytes);
  if (part.bytes > 0 && part.bytes === whole) return;
  const answer = await hub.send('GET', file.source, rangeHeaders(part));
  try {
    file.check(answer.declared);
    const from = bodyOffset(answer, part);
    if (from === 'complete') return;
    if (from === 'restart') {
      await removePart(file.target);
      throw new HubError(
        'interrupted',
        `Expected the rest of ${nameOf(file)} but it has changed meanwhile: it begins again`,
        { retryable: true },
      );
    }
    const total = totalBytes(answer) ?? whole;
    // Something else altogether, for example a network's login page: it must not replace the part.
    if (whole !== undefined && total !== whole) throw otherSize(file, hub, whole, total);
    notePart(file.target, file.content, strongEtag(answer));
    const end = await append(answer, file, from, hub);
    if (total !== undefined && end !== total) throw cutShort(file, end, total);
  } finally {
    answer.body.destroy();
  }
}

/** Writes the body from an offset on. @returns the file's size */
async function append(answer: HubAnswer, file: KnownDownload, from: number, hub: Hub): Promise<number> {
  let position = from;
  const longest = file.expected.bytes ?? Number.POSITIVE_INFINITY;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      position += chunk.length;
      file.onPosition(position);
      // A sender must not fill the disk: nothing is written beyond the announced size.
      done(position > longest ? otherSize(file, hub, longest, 'more') : null, chunk);
    },
  });
  const path = partPath(file.target);
  try {
    await pipeline(answer.body, counter, createWriteStream(path, { flags: from === 0 ? 'w' : 'a' }));
  } catch (error) {
    throw isDiskError(error)
      ? diskError(error, path)
      : connectionError(error, answer.url, hub.stallMilliseconds);
  }
  return position;
}

/** The bytes reach the disk before the file gets its name: so nobody ever sees half a file. */
async function finish(target: string): Promise<void> {
  await synced(partPath(target));
  await rename(partPath(target), target);
  await synced(dirname(target));
  await removeNotes(target);
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}

function cutShort(file: Download, received: number, total: number): HubError {
  const sentence = `Expected ${total} bytes of ${nameOf(file)} but received ${received}`;
  return new HubError('interrupted', sentence, { retryable: true });
}

function otherSize(
  file: Download,
  hub: Hub,
  expected: number,
  received: number | 'more' | undefined,
): CliptagError {
  return new CliptagError(
    'digest-mismatch',
    `Expected ${expected} bytes of ${nameOf(file)} (${file.expected.source}) but received ${received} from ${hub.endpoint.host}, perhaps a login page: ${MISMATCH_ADVICE}`,
  );
}

function mismatch(file: Download, hub: Hub, fault: string): CliptagError {
  return new CliptagError(
    'digest-mismatch',
    `${nameOf(file)} from ${hub.endpoint.host}: ${fault}; what came was removed: ${MISMATCH_ADVICE}`,
  );
}

function nameOf({ source }: Download): string {
  return decodeURIComponent(source);
}

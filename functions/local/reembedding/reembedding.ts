import { setTimeout as sleep } from 'node:timers/promises';
import { eventsOf } from '../../core/objects/event.ts';
import { type ListedObject, listedObjectBody } from '../../core/objects/listed-object.ts';
import { type ForeignImage, foreignImages, putModelNote } from '../../core/records/table-model.ts';
import type { ScannableTable } from '../../core/records/tag-table.ts';
import type { TaggingOutcome } from '../../core/tagging/tag-image.ts';
import type { LocalQueue } from '../queue/contract.ts';

/**
 * While so many messages wait, no more are sent: an upload waits behind twice as many at most, about a second's work.
 * Fewer would leave the function idle, which takes batches of ten.
 */
const MAXIMUM_WAITING = 10;
/** Pictures that are sent together, so that they share a flush to the disk. */
const SENT_TOGETHER = 10;
const PAUSE_MILLISECONDS = 50;

export interface ReembeddingParts {
  readonly table: ScannableTable;
  /** The model that is to have made all records: the pipeline's own. */
  readonly modelDigest: string;
  readonly queue: Pick<LocalQueue, 'send' | 'counts' | 'deadLetters'>;
}

/** Model digest → pictures that it has tagged. */
export type PicturesByModel = ReadonlyMap<string, number>;

/** What became of the pictures of other models. */
export interface ReembeddingResult {
  readonly reembedded: number;
  /** Pictures that this model's pipeline cannot read; their records say why. */
  readonly failed: number;
  /** Pictures that are no longer there, or have been replaced meanwhile. */
  readonly gone: number;
  /** Pictures that failed so often that their messages are dead letters, now or in an earlier run. */
  readonly givenUp: number;
}

/** Has the pictures tagged anew whose records are of another model, by the pipeline's queue. */
export interface Reembedding {
  /** The pictures that are to be tagged anew. Notes that there are none, so that the next start need not look. */
  find(signal: AbortSignal): Promise<PicturesByModel>;
  /**
   * Sends them to the queue, a few at a time, so that uploads are hardly kept waiting, and follows them to their end.
   * Each picture is tried once for a model, however often it is started again: by its record, by the messages that
   * still wait, and by the dead letters it is known what has been done.
   *
   * @throws AbortError when it was stopped; the next run does the rest
   */
  run(signal: AbortSignal, onProgress: (done: number) => void): Promise<ReembeddingResult>;
  /** Whether this outcome is of a picture that has been sent. */
  isAbout(outcome: TaggingOutcome): boolean;
  /** To be told every outcome of the pipeline. */
  note(outcome: TaggingOutcome): void;
}

export function reembedding({ table, modelDigest, queue }: ReembeddingParts): Reembedding {
  const sent = new Set<string>();
  const tally = { reembedded: 0, failed: 0, gone: 0 };
  let onOutcome = () => {};

  async function send(objects: readonly ListedObject[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (queue.counts().visible >= MAXIMUM_WAITING) await sleep(PAUSE_MILLISECONDS, undefined, { signal });
    // Before they are sent, since their outcomes may come first.
    for (const object of objects) sent.add(nameOf(object));
    await Promise.all(objects.map((object) => queue.send(listedObjectBody(object))));
  }

  return {
    async find(signal) {
      // What an interrupted run has sent is done first, so that nothing is sent, tried and counted twice.
      await untilIdle(queue, signal);
      const found = new Map<string, number>();
      for await (const images of foreignImages(table, modelDigest)) {
        signal.throwIfAborted();
        for (const { modelDigest: digest = '' } of images) found.set(digest, (found.get(digest) ?? 0) + 1);
      }
      if (found.size === 0) await table.write(putModelNote(modelDigest));
      return found;
    },
    async run(signal, onProgress) {
      onOutcome = () => onProgress(tally.reembedded + tally.failed + tally.gone);
      const given = givenUpBefore(queue);
      let givenUp = 0;
      for await (const images of foreignImages(table, modelDigest)) {
        const wanted = images.map(listedObject).filter((object) => !given.has(stateOf(object)));
        givenUp += images.length - wanted.length;
        for (let first = 0; first < wanted.length; first += SENT_TOGETHER) {
          await send(wanted.slice(first, first + SENT_TOGETHER), signal);
        }
      }
      while (sent.size > 0 && !isIdle(queue)) await sleep(PAUSE_MILLISECONDS, undefined, { signal });
      signal.throwIfAborted();
      await table.write(putModelNote(modelDigest));
      return { ...tally, givenUp: givenUp + sent.size };
    },
    isAbout: ({ object }) => sent.has(nameOf(object)),
    note({ object, result }) {
      if (!sent.delete(nameOf(object))) return;
      tally[fateOf(result)] += 1;
      onOutcome();
    },
  };
}

function fateOf(result: TaggingOutcome['result']): 'reembedded' | 'failed' | 'gone' {
  if (result === 'tagged' || result === 'unchanged') return 'reembedded';
  return result === 'superseded' || result === 'deleted' ? 'gone' : 'failed';
}

async function untilIdle(queue: ReembeddingParts['queue'], signal: AbortSignal): Promise<void> {
  while (!isIdle(queue)) await sleep(PAUSE_MILLISECONDS, undefined, { signal });
}

function isIdle(queue: ReembeddingParts['queue']): boolean {
  const { visible, inFlight } = queue.counts();
  return visible + inFlight === 0;
}

/** The states of pictures for which a listed object's message was given up: `cliptag redrive` tries them again. */
function givenUpBefore(queue: ReembeddingParts['queue']): ReadonlySet<string> {
  const events = queue.deadLetters().flatMap(({ body }) => eventsOf(body));
  return new Set(events.flatMap((event) => (event.kind === 'listed' ? [stateOf(event.object)] : [])));
}

function nameOf({ bucket, key }: { bucket: string; key: string }): string {
  return `${bucket}/${key}`;
}

function stateOf({ bucket, key, eTag }: ListedObject): string {
  return JSON.stringify([bucket, key, eTag]);
}

/** The tagger looks at the object by itself, so what the record doesn't know may stand open. */
function listedObject({ bucket, key, eTag = '-', sizeBytes = 0, eventTime }: ForeignImage): ListedObject {
  return { bucket, key, eTag, sizeBytes, lastModified: eventTime };
}

import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import { CliptagError, ImageFault } from '../core/errors.ts';
import { eventsOf, type ObjectEvent, type ParsedEvent } from '../core/objects/event.ts';
import { accepts, type UploadFilter } from '../core/objects/object.ts';
import { QUEUE_DEFINITION } from '../core/objects/queue-definition.ts';
import { type ResultChannels, tellResult } from '../core/results/result-channels.ts';
import type { MessageInbox } from '../core/tagging/message-inbox.ts';
import { type MessageNotes, messageNotes } from '../core/tagging/message-notes.ts';
import { type Tagger, type TaggingOutcome, tagImage } from '../core/tagging/tag-image.ts';
import type { MeasuredBatch, MeasuredImage } from './batch-metrics.ts';
import { workOnBatch } from './batch-work.ts';
import { postpone } from './postponed.ts';
import { type RetryReason, retryReason } from './retry-reason.ts';
import { type StageMilliseconds, stageClock } from './stage-clock.ts';
import { within } from './within.ts';

/** Reports each event of each message: to the log in the cloud, to the terminal on one machine. */
export interface Report {
  /** Called once an image's record stands, before its result is told. */
  outcome(outcome: TaggingOutcome, message: SQSRecord, milliseconds: StageMilliseconds): void;
  ignored(reason: string, message: SQSRecord, object?: ObjectEvent['object']): void;
  /**
   * Called for a fault: the message goes back to the queue, and to the dead-letter queue once its receives are used up.
   */
  fault(error: unknown, message: SQSRecord, object?: ObjectEvent['object']): void;
}

export interface TagMessagesOptions {
  readonly tagger: Tagger;
  /** Buckets whose events are worked on. @default those of any bucket */
  readonly buckets?: readonly string[];
  readonly filter: UploadFilter;
  readonly report: Report;
  /** Channels that tell results besides the table. @default none */
  readonly channels?: ResultChannels;
  /** Images held in memory at once. @default 16: two runs of the encoder, one in work and one on its way */
  readonly concurrency?: number;
  /** The queue, for messages that come again. @default none: they are settled by the batch's response alone */
  readonly inbox?: MessageInbox | undefined;
  /** Notes of messages that come again, which are closed before the process ends. @default those in the table */
  readonly notes?: MessageNotes;
  /** Whether a message ends a process of its own as well. @default unknown: notes decide who has ended a process */
  readonly endsAnother?: (message: SQSRecord) => Promise<boolean>;
  /** Receives of a message before it goes to the dead-letter queue. @default that of {@link QUEUE_DEFINITION} */
  readonly maximumReceives?: number;
}

/** How one invocation is called, besides its event. */
export interface Invocation {
  /** Gets what the invocation measured. */
  readonly measured?: (batch: MeasuredBatch) => void;
  /** Time until the function is ended. @default without end */
  readonly remainingMilliseconds?: () => number;
}

const DEFAULT_CONCURRENCY = 16;
/** Left for the response. */
const RESPONSE_MILLISECONDS = 500;

/** What one invocation has done so far. */
interface OpenBatch extends MeasuredBatch {
  readonly images: MeasuredImage[];
  notTold: number;
  readonly retried: Map<RetryReason, number>;
  /** What messages failed with, their first faults. */
  readonly faults: Map<SQSRecord, unknown>;
}

/** Tags the images of one batch of messages, tells what it measured, and answers which messages must come again. */
export function messageTagger({
  tagger,
  buckets = [],
  filter,
  report,
  channels = {},
  concurrency = DEFAULT_CONCURRENCY,
  inbox,
  notes = messageNotes(tagger.table, tagger.now),
  endsAnother,
  maximumReceives = QUEUE_DEFINITION.maxReceiveCount,
}: TagMessagesOptions) {
  // p-limit and not p-map: the limits hold across messages, and across invocations on one machine.
  const tagging = pLimit(concurrency);
  // A limit of its own: an image that waits for S3 or EventBridge holds no picture in memory and must keep no other
  // from the encoder.
  const telling = pLimit(concurrency);

  async function tagEvent(
    event: ParsedEvent,
    message: SQSRecord,
    batch: OpenBatch,
    usedTagger: Tagger,
  ): Promise<void> {
    if (event.kind === 'faulty') throw event.fault;
    if (event.kind === 'ignored') return report.ignored(event.reason, message);
    const { bucket } = event.object;
    if (buckets.length > 0 && !buckets.includes(bucket)) {
      // Another try would find no right to read there either: it is said once, and the message is done with.
      return report.ignored(
        `the function is deployed for ${buckets.join(', ')}, not for bucket ${bucket}`,
        message,
      );
    }
    if (!accepts(filter, event.object)) {
      return report.ignored('the upload filter leaves the object out', message, event.object);
    }
    // Each image has its clock, since several are in flight at once.
    const clock = stageClock(usedTagger);
    const outcome = await tagging(() => tagImage(event, clock.tagger));
    batch.images.push({ result: outcome.result, milliseconds: clock.milliseconds });
    report.outcome(outcome, message, clock.milliseconds);
    await telling(() => tellResult(outcome, channels, tagger.table));
  }

  /** Every event of the message gets its turn; the message comes again when one of them failed. */
  async function tagMessage(message: SQSRecord, batch: OpenBatch, usedTagger = tagger): Promise<void> {
    const faults: unknown[] = [];
    const tagOrReport = (event: ParsedEvent) =>
      tagEvent(event, message, batch, usedTagger).catch((fault: unknown) => {
        faults.push(fault);
        report.fault(fault, message, 'object' in event ? event.object : undefined);
      });
    await Promise.all(eventsOf(message.body).map(tagOrReport));
    batch.notTold += faults.filter(isNotTold).length;
    if (faults.length > 0) {
      batch.faults.set(message, faults[0]);
      throw faults[0];
    }
  }

  /** Works on messages all at once; gives those that must come again. */
  async function tagAll(messages: readonly SQSRecord[], batch: OpenBatch): Promise<readonly SQSRecord[]> {
    const tag = (message: SQSRecord) => tagMessage(message, batch);
    const processor = new BatchProcessor(EventType.SQS);
    const { batchItemFailures } = await processPartialResponse({ Records: [...messages] }, tag, processor, {
      throwOnFullBatchFailure: false,
    });
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    return messages.filter(({ messageId }) => failed.has(messageId));
  }

  return async (event: SQSEvent, invocation: Invocation = {}): Promise<SQSBatchResponse> => {
    const { measured, remainingMilliseconds = () => Infinity } = invocation;
    const batch: OpenBatch = {
      messages: event.Records.length,
      images: [],
      notTold: 0,
      retried: new Map(),
      faults: new Map(),
    };
    // What a message's own events failed with is reported with the event.
    const reported = new Set<SQSRecord>();
    const reporting = (message: SQSRecord, work: Promise<void>) =>
      work.catch((error: unknown) => {
        reported.add(message);
        throw error;
      });
    const again = await workOnBatch(event.Records, {
      ...{ notes, inbox, maximumReceives, remainingMilliseconds, tellsOfObjects, endsAnother },
      work: (message) => reporting(message, tagMessage(message, batch)),
      workOnAll: (messages) => tagAll(messages, batch),
      giveUp: (message, deaths) => reporting(message, tagMessage(message, batch, deadly(tagger, deaths))),
      fault: (error, message) => {
        if (!batch.faults.has(message)) batch.faults.set(message, error);
        if (!reported.has(message)) report.fault(error, message);
      },
    });
    const reasons = new Map(again.map((message) => [message, retryReason(batch.faults.get(message))]));
    for (const reason of reasons.values()) batch.retried.set(reason, (batch.retried.get(reason) ?? 0) + 1);
    const throttled = again.filter((message) => reasons.get(message) === 'throttled');
    if (inbox) {
      const postponing = postpone(throttled, { inbox, maximumReceives });
      await within(remainingMilliseconds() - RESPONSE_MILLISECONDS, postponing).catch(() => {});
    }
    measured?.(batch);
    return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

function tellsOfObjects({ body }: SQSRecord): boolean {
  return eventsOf(body).some((event) => 'object' in event);
}

/** Finds of every object that it ends the process, without touching it. */
function deadly(tagger: Tagger, deaths: number): Tagger {
  const message = `Expected an image that can be worked on but the process ended ${deaths} ${deaths === 1 ? 'time' : 'times'} in the midst of it`;
  const fetch = async () => {
    throw new ImageFault('failed', 'ends-the-process', message);
  };
  return { ...tagger, objects: { ...tagger.objects, fetch } };
}

function isNotTold(fault: unknown): boolean {
  return fault instanceof CliptagError && fault.code === 'result-not-told';
}

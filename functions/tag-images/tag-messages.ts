import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import { eventsOf, type ParsedEvent } from '../core/event.ts';
import { accepts, type UploadFilter } from '../core/object.ts';
import { type Outcome, type Tagger, tagImage } from '../core/tag-image.ts';
import type { MeasuredBatch, MeasuredImage } from './batch-metrics.ts';
import { stageClock } from './stage-clock.ts';

/** What is told about each event of each message: the log in the cloud, the terminal on one machine. */
export interface Report {
  outcome(outcome: Outcome, message: SQSRecord): void;
  ignored(reason: string, message: SQSRecord): void;
  /** The message goes back to the queue, and to the dead-letter queue once its receives are used up. */
  fault(error: unknown, message: SQSRecord): void;
}

export interface TagMessagesOptions {
  readonly tagger: Tagger;
  readonly filter: UploadFilter;
  readonly report: Report;
  /** Images held in memory at the same time. @default 16: two runs of the encoder, one in work and one on its way */
  readonly concurrency?: number;
}

const DEFAULT_CONCURRENCY = 16;

/** Tags the images of one batch of messages, tells what it measured, and answers which messages must come again. */
export function messageTagger({
  tagger,
  filter,
  report,
  concurrency = DEFAULT_CONCURRENCY,
}: TagMessagesOptions) {
  const limited = pLimit(concurrency);

  async function tagEvent(event: ParsedEvent, message: SQSRecord, images: MeasuredImage[]): Promise<void> {
    if (event.kind === 'faulty') throw event.fault;
    if (event.kind === 'ignored') return report.ignored(event.reason, message);
    if (!accepts(filter, event.object)) {
      return report.ignored(`the upload filter leaves out ${event.object.key}`, message);
    }
    // A clock for each image: others are in flight with it.
    const clock = stageClock(tagger);
    const outcome = await limited(() => tagImage(event, clock.tagger));
    images.push({ result: outcome.result, milliseconds: clock.milliseconds });
    report.outcome(outcome, message);
  }

  /** Every event of the message gets its turn; the message comes again when one of them failed. */
  async function tagMessage(message: SQSRecord, images: MeasuredImage[]): Promise<void> {
    const results = await Promise.allSettled(
      eventsOf(message.body).map((event) => tagEvent(event, message, images)),
    );
    const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    for (const fault of faults) report.fault(fault, message);
    if (faults.length > 0) throw faults[0];
  }

  return async (event: SQSEvent, measured?: (batch: MeasuredBatch) => void): Promise<SQSBatchResponse> => {
    const images: MeasuredImage[] = [];
    const tag = (message: SQSRecord) => tagMessage(message, images);
    const answer = await processPartialResponse(event, tag, new BatchProcessor(EventType.SQS), {
      throwOnFullBatchFailure: false,
    });
    measured?.({ messages: event.Records.length, images });
    return answer;
  };
}

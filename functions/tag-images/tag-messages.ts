import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import { eventsOf, type IgnoredEvent, type ObjectEvent } from '../core/event.ts';
import { accepts, type UploadFilter } from '../core/object.ts';
import { type Outcome, type Tagger, tagImage } from '../core/tag-image.ts';

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

/** Tags the images of one batch of messages; answers which messages must come again. */
export function messageTagger({
  tagger,
  filter,
  report,
  concurrency = DEFAULT_CONCURRENCY,
}: TagMessagesOptions) {
  const limited = pLimit(concurrency);

  async function tagEvent(event: ObjectEvent | IgnoredEvent, message: SQSRecord): Promise<void> {
    if (event.kind === 'ignored') return report.ignored(event.reason, message);
    if (!accepts(filter, event.object.key)) {
      return report.ignored(`the upload filter leaves out ${event.object.key}`, message);
    }
    report.outcome(await limited(() => tagImage(event, tagger)), message);
  }

  async function tagMessage(message: SQSRecord): Promise<void> {
    try {
      const results = await Promise.allSettled(
        eventsOf(message.body).map((event) => tagEvent(event, message)),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    } catch (error) {
      report.fault(error, message);
      throw error;
    }
  }

  return (event: SQSEvent): Promise<SQSBatchResponse> =>
    processPartialResponse(event, tagMessage, new BatchProcessor(EventType.SQS), {
      throwOnFullBatchFailure: false,
    });
}

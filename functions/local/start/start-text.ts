import { printable } from '../../core/printable.ts';
import { shownUnknown } from '../../core/records/shown-unknown.ts';
import { RESULT_EVENT_SOURCE, type ResultEvent } from '../../core/results/result-event.ts';
import type { TaggingOutcome } from '../../core/tagging/tag-image.ts';
import type { Report } from '../../tag-images/tag-messages.ts';
import type { Output } from '../../terminal/output.ts';
import { tagsText } from '../../terminal/tags-text.ts';

/** What happened to an image, in one line. */
export function outcomeLine({ object, result, record }: TaggingOutcome): string {
  const told =
    record && record.status !== 'tagged'
      ? (record.reason ?? '')
      : tagsText(record?.tags ?? [], record && shownUnknown(record));
  return printable(
    `${result.padEnd(11)} ${object.bucket}/${object.key}  ${result === 'superseded' ? '' : told}`.trimEnd(),
  );
}

/** A result event as rules of EventBridge see it, on one line that other programs can read. */
export function eventLine({ type, detail }: ResultEvent): string {
  return JSON.stringify({ source: RESULT_EVENT_SOURCE, 'detail-type': type, detail });
}

/** Tells what happened to each image, and what went wrong. */
export function outputReport(output: Output, onOutcome: (outcome: TaggingOutcome) => void): Report {
  return {
    outcome: (outcome) => {
      onOutcome(outcome);
      const { object, thumbnailFault } = outcome;
      if (thumbnailFault === undefined) return;
      output.remark(`No thumbnail of ${printable(object.key)} is kept: ${printable(thumbnailFault)}`);
    },
    ignored: () => {},
    fault: (error, { messageId, attributes }) =>
      output.remark(
        `Message ${messageId} failed (receive ${attributes.ApproximateReceiveCount}): ${printable(error instanceof Error ? error.message : String(error))}`,
      ),
  };
}

import type { Logger } from '@aws-lambda-powertools/logger';
import { CliptagError } from '../core/errors.ts';
import type { StageMilliseconds } from './stage-clock.ts';
import type { Report } from './tag-messages.ts';

/** One structured line per image. */
export function logReport(logger: Logger): Report {
  return {
    outcome: ({ object, result, record, thumbnailFault }, { messageId }, milliseconds) =>
      logger.info('image', {
        messageId,
        ...object,
        result,
        reason: record?.reason,
        reasonCode: record?.reasonCode,
        tags: record?.tags.map(({ set, label, score }) => `${set}:${label}:${score}`),
        thumbnailFault,
        milliseconds: wholeMilliseconds(milliseconds),
      }),
    ignored: (reason, { messageId }) => logger.info('ignored', { messageId, reason }),
    fault: (error, { messageId, attributes }, object) =>
      logger.error('message failed', {
        messageId,
        ...object,
        receiveCount: attributes.ApproximateReceiveCount,
        code: error instanceof CliptagError ? error.code : undefined,
        error: error instanceof Error ? error : String(error),
      }),
  };
}

/** Milliseconds by stage, for the stages that were entered. */
function wholeMilliseconds(milliseconds: StageMilliseconds): Readonly<Record<string, number>> {
  const entered = Object.entries(milliseconds).filter(([, value]) => value > 0);
  return Object.fromEntries(entered.map(([stage, value]) => [stage, Math.round(value)]));
}

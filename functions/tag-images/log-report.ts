import type { Logger } from '@aws-lambda-powertools/logger';
import { CliptagError } from '../core/errors.ts';
import type { Report } from './tag-messages.ts';

/** One structured line per image. */
export function logReport(logger: Logger): Report {
  return {
    outcome: ({ object, result, content }, { messageId }) =>
      logger.info('image', {
        messageId,
        ...object,
        result,
        reason: content?.reason,
        tags: content?.tags.map(({ set, label, score }) => `${set}:${label}:${score}`),
      }),
    ignored: (reason, { messageId }) => logger.info('ignored', { messageId, reason }),
    fault: (error, { messageId, attributes }) =>
      logger.error('message failed', {
        messageId,
        receiveCount: attributes.ApproximateReceiveCount,
        code: error instanceof CliptagError ? error.code : undefined,
        error: error instanceof Error ? error : String(error),
      }),
  };
}

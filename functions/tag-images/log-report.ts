import { CliptagError } from '../core/errors.ts';
import type { ObjectEvent } from '../core/objects/event.ts';
import type { FunctionLog } from '../function-log/function-log.ts';
import type { StageMilliseconds } from './stage-clock.ts';
import type { Report } from './tag-messages.ts';

/** One structured line per image. */
export function logReport({ logger, key: logged, error: loggedError }: FunctionLog): Report {
  /** An image's own faults name it by its bucket and key. */
  const textOf = (text: string | undefined, { bucket, key }: ObjectEvent['object']) =>
    text?.replaceAll(`${bucket}/${key}`, `${bucket}/${logged(key)}`);
  return {
    outcome: ({ object, result, record, thumbnailFault }, { messageId }, milliseconds) =>
      logger.info('image', {
        messageId,
        ...object,
        key: logged(object.key),
        result,
        reason: textOf(record?.reason, object),
        reasonCode: record?.reasonCode,
        tags: record?.tags.map(({ set, label, score }) => `${set}:${label}:${score}`),
        thumbnailFault: textOf(thumbnailFault, object),
        milliseconds: wholeMilliseconds(milliseconds),
      }),
    ignored: (reason, { messageId }, object) =>
      logger.info('ignored', { messageId, reason, ...(object && { key: logged(object.key) }) }),
    fault: (error, { messageId, attributes }, object) => {
      const told = loggedError(error);
      logger.error('message failed', {
        messageId,
        ...(object && { ...object, key: logged(object.key) }),
        receiveCount: attributes.ApproximateReceiveCount,
        code: error instanceof CliptagError ? error.code : undefined,
        error: told instanceof Error ? told : String(told),
      });
    },
  };
}

/** Milliseconds by stage, for the stages that were entered. */
function wholeMilliseconds(milliseconds: StageMilliseconds): Readonly<Record<string, number>> {
  const entered = Object.entries(milliseconds).filter(([, value]) => value > 0);
  return Object.fromEntries(entered.map(([stage, value]) => [stage, Math.round(value)]));
}

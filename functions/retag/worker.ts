import { CliptagError, namedByCode } from '../core/errors.ts';
import type { Retagger } from '../core/retag/retagger.ts';
import { digestsOf, requireSameLabelSets, runFindings, workOnSegment } from '../core/retag/run.ts';
import { type OrderOf, retagOrder, segmentWork } from './order.ts';

/** Time kept back for the page in work, whose images may be written slowly, and for saving how far the segment is. */
const RESERVED_MILLISECONDS = 90_000;

/** The result of an order. */
export interface WorkDone {
  /** The state's output, with which the workflow goes on. */
  readonly answer: object;
  /** The fields of the log line. */
  readonly report: Readonly<Record<string, unknown>>;
}

export type RetagWorker = (event: unknown, remainingMilliseconds: () => number) => Promise<WorkDone>;

/**
 * Does what the workflow orders. The answer to a segment's order is that order with `isDone`, so that it can be the next
 * order.
 *
 * @throws {CliptagError} named for its code, by which Step Functions decides whether it tries again
 */
export function retagWorker(retagger: Retagger): RetagWorker {
  return async (event, remainingMilliseconds) => {
    try {
      const order = retagOrder(event);
      if (order.task === 'check') return checked(order, retagger);
      if (order.task === 'summary') return await summedUp(order, retagger);
      return await segmentDone(order, retagger, () => remainingMilliseconds() < RESERVED_MILLISECONDS);
    } catch (error) {
      throw namedByCode(error);
    }
  };
}

/** Checked before anything else, so that a fault is reported once and not by every segment. */
function checked({ request }: OrderOf<'check'>, retagger: Retagger): WorkDone {
  const by = digestsOf(retagger);
  if (request.by) requireSameLabelSets(request.by, by);
  return { answer: { by }, report: { ...request, by } };
}

async function segmentDone(
  order: OrderOf<'segment'>,
  retagger: Retagger,
  isOver: () => boolean,
): Promise<WorkDone> {
  const { run, segment, request } = order;
  if (request.by) requireSameLabelSets(request.by, digestsOf(retagger));
  const isDone = await workOnSegment(retagger, segmentWork(order), isOver);
  return { answer: { ...order, isDone }, report: { run, segment, mode: request.mode, isDone } };
}

async function summedUp({ run, of }: OrderOf<'summary'>, { table }: Retagger): Promise<WorkDone> {
  const { findings, segmentsDone, by } = await runFindings(run, table);
  if (segmentsDone !== of) {
    throw new CliptagError(
      'not-complete',
      `Expected ${of} segments at their end but found ${segmentsDone}: start it again`,
    );
  }
  const { images, changed, noted, right, foreign, stale, awaited, moved = 0 } = findings;
  return {
    answer: { ...findings, by },
    report: { run, images, changed, noted, right, foreign, stale, awaited, moved },
  };
}

import { readBackfillEnvironment } from '../config.ts';
import { feed } from '../core/backfill/backfill.ts';
import { namedByCode } from '../core/errors.ts';
import { functionLog } from '../function-log/function-log.ts';
import { composeFeeder } from './composition.ts';
import { isBeginning, listedBatch } from './listed-batch.ts';

const environment = readBackfillEnvironment();
const log = functionLog(environment);
const feeder = await composeFeeder(environment);

/** What the workflow keeps of a batch: one digit, since the answers of all batches stand in one of its states. */
const FED = 0;

/**
 * Sends those objects of one listed batch to the queue of uploads that are still to be tagged. Asked for the beginning, it
 * counts the dead letters that there are.
 *
 * @throws {QueueFull} when the queue is deep enough; the workflow tries again later. {@link DeadLettersGrow}; the workflow
 *   sends no more. Errors are named for their codes, by which the workflow tells them from others
 */
export async function handler(input: unknown): Promise<number> {
  try {
    if (isBeginning(input)) return (await feeder.queue.state()).deadLetters;
    const { bucket, deadLettersBefore, objects } = listedBatch(input);
    const counts = await feed(objects, { ...feeder, deadLettersBefore });
    log.logger.info('fed', { bucket, first: log.key(objects[0]?.key), ...counts });
    return FED;
  } catch (error) {
    throw log.error(namedByCode(error));
  }
}

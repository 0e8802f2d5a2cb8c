import { Logger } from '@aws-lambda-powertools/logger';
import { readBackfillEnvironment } from '../config.ts';
import { feed } from '../core/backfill/backfill.ts';
import { namedByCode } from '../core/errors.ts';
import { composeFeeder } from './composition.ts';
import { isBeginning, listedBatch } from './listed-batch.ts';

const logger = new Logger({ serviceName: 'cliptag' });
const feeder = await composeFeeder(readBackfillEnvironment());

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
    logger.info('fed', { bucket, first: objects[0]?.key, ...counts });
    return FED;
  } catch (error) {
    throw namedByCode(error);
  }
}

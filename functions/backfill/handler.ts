import { Logger } from '@aws-lambda-powertools/logger';
import { readBackfillEnvironment } from '../config.ts';
import { feed } from '../core/backfill/backfill.ts';
import { namedByCode } from '../core/errors.ts';
import { composeFeeder } from './composition.ts';
import { listedBatch } from './listed-batch.ts';

const logger = new Logger({ serviceName: 'cliptag' });
const feeder = await composeFeeder(readBackfillEnvironment());

/**
 * Sends those objects of one listed batch to the queue of uploads that are still to be tagged.
 *
 * @throws {QueueFull} when the queue is deep enough; the workflow tries again later. Errors are named for their codes, by
 *   which the workflow tells this one from others
 */
export async function handler(input: unknown): Promise<void> {
  try {
    const { bucket, objects } = listedBatch(input);
    const counts = await feed(objects, feeder);
    logger.info('fed', { bucket, first: objects[0]?.key, ...counts });
  } catch (error) {
    throw namedByCode(error);
  }
}

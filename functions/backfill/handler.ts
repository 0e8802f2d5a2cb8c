import { Logger } from '@aws-lambda-powertools/logger';
import { readBackfillEnvironment } from '../config.ts';
import { feed } from '../core/backfill/backfill.ts';
import { composeFeeder } from './composition.ts';
import { listedBatch } from './listed-batch.ts';

const logger = new Logger({ serviceName: 'cliptag' });
const feeder = await composeFeeder(readBackfillEnvironment());

/**
 * Sends the objects of one batch of a listing that are to be tagged to the queue of uploads.
 *
 * @throws {QueueFull} when the queue is deep enough; the workflow tries again later, as after any other fault
 */
export async function handler(input: unknown): Promise<void> {
  const { bucket, objects } = listedBatch(input);
  const counts = await feed(objects, feeder);
  logger.info('fed', { bucket, first: objects[0]?.key, ...counts });
}

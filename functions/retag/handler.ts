import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { readRetagEnvironment } from '../config.ts';
import { composeRetagger } from './composition.ts';
import { retagWorker } from './worker.ts';

const logger = new Logger({ serviceName: 'cliptag' });
const work = retagWorker(await composeRetagger(readRetagEnvironment()));

/**
 * Checks a run of retagging, goes on with one of its segments for as long as the function may run, or sums the run up.
 */
export async function handler(event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) {
  const { answer, report } = await work(event, () => context.getRemainingTimeInMillis());
  logger.info('retag', report);
  return answer;
}

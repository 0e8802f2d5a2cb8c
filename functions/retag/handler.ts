import type { Context } from 'aws-lambda';
import { readRetagEnvironment } from '../config.ts';
import { functionLog } from '../function-log/function-log.ts';
import { composeRetagger } from './composition.ts';
import { retagWorker } from './worker.ts';

const environment = readRetagEnvironment();
const log = functionLog(environment);
const work = retagWorker(await composeRetagger(environment));

/**
 * Checks a run of retagging, goes on with one of its segments for as long as the function may run, or sums the run up.
 */
export async function handler(event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) {
  try {
    const { answer, report } = await work(event, () => context.getRemainingTimeInMillis());
    const { prefix } = report;
    log.logger.info('retag', { ...report, ...(typeof prefix === 'string' && { prefix: log.key(prefix) }) });
    return answer;
  } catch (error) {
    throw log.error(error);
  }
}

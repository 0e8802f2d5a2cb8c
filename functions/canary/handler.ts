import { readCanaryEnvironment } from '../config.ts';
import { functionLog } from '../function-log/function-log.ts';
import { composeCanary } from './composition.ts';
import { removeLeftovers } from './leftovers.ts';
import { metricLine } from './metric-line.ts';
import { type ProbeResult, probe } from './probe.ts';

const environment = readCanaryEnvironment();
const { logger, key: loggedKey, error: logged } = functionLog(environment);
const ports = composeCanary(environment);

/** Uploads a picture, expects it to be tagged, removes it again, and counts whether all that came about. */
export async function handler(
  _event: unknown,
  { functionName }: { readonly functionName: string },
): Promise<void> {
  const { KEY_PREFIX, KEY_SUFFIX } = environment;
  const key = `${KEY_PREFIX}${new Date().toISOString().replaceAll(':', '-')}${KEY_SUFFIX}`;
  await tidyUp();
  const result = await probe(key, ports).catch((error: unknown): ProbeResult => {
    logger.error('canary failed', { key: loggedKey(key), error: logged(error) as Error });
    return { passed: false };
  });
  if (result.reason !== undefined) {
    logger.error('canary failed', { key: loggedKey(key), reason: result.reason });
  }
  process.stdout.write(`${metricLine(result, functionName)}\n`);
}

/** What it finds, or cannot find, says nothing of whether uploads are tagged. */
async function tidyUp(): Promise<void> {
  try {
    const keys = await removeLeftovers(ports);
    if (keys.length > 0) logger.warn('leftover pictures removed', { keys: keys.map(loggedKey) });
  } catch (error) {
    logger.warn('leftover pictures cannot be removed', { error: logged(error) as Error });
  }
}

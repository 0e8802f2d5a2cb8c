import type { LogEnvironmentVariables } from '../../../functions/config.ts';
import { DEFAULT_LOG_LEVEL } from '../../../functions/core/log-levels.ts';
import type { TaggerOptions } from '../../options/tagger-options.ts';

/** The variables that tell a function of its log, where that differs from its own default. */
export function logVariables({ logLevel, logKeys }: Pick<TaggerOptions, 'logLevel' | 'logKeys'>) {
  return {
    ...(logLevel !== DEFAULT_LOG_LEVEL && { LOG_LEVEL: logLevel }),
    ...(!logKeys && { LOG_KEYS: 'false' }),
  } satisfies LogEnvironmentVariables;
}

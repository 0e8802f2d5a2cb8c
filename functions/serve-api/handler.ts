import { hideCredentials } from '../adapters/sandbox/hidden-credentials.ts';
import { readApiEnvironment } from '../config.ts';
import { functionLog } from '../function-log/function-log.ts';
import { composeApi } from './composition.ts';
import { functionUrlHandler } from './function-url.ts';
import { openSearch } from './opened-search.ts';

const environment = readApiEnvironment();
const log = functionLog(environment);
log.logger.info('starts', { credentialsHidden: hideCredentials() });
const opened = await openSearch(environment, {
  warn: (what, error) => log.logger.warn(what, { error: log.error(error) as Error }),
});

const app = composeApi(environment, {
  ...opened,
  // Not the query string: queries and keys say who looks for what.
  report: (error, { method, path }) =>
    log.logger.error('failed', { method, path, error: log.error(error) as Error }),
});

/** Answers requests to the function's URL. */
export const handler = functionUrlHandler((request) => app.fetch(request));

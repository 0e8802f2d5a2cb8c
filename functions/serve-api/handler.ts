import { Logger } from '@aws-lambda-powertools/logger';
import { readApiEnvironment } from '../config.ts';
import { composeApi } from './composition.ts';
import { functionUrlHandler } from './function-url.ts';
import { openSearch } from './opened-search.ts';

const logger = new Logger({ serviceName: 'cliptag' });
const environment = readApiEnvironment();
const opened = await openSearch(environment, {
  warn: (what, error) => logger.warn(what, { error: error as Error }),
});

const app = composeApi(environment, {
  ...opened,
  // Not the query string: queries and keys say who looks for what.
  report: (error, { method, path }) => logger.error('failed', { method, path, error: error as Error }),
});

/** Answers requests to the function's URL. */
export const handler = functionUrlHandler((request) => app.fetch(request));

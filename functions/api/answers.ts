import type { z } from 'zod';
import { problem } from './contract.ts';
import { PROBLEM_MEDIA_TYPE } from './problems.ts';

/** How routes describe their answers in the OpenAPI document. */

const PROBLEMS = {
  400: 'The request is not as it should be; `column` says where a query is wrong.',
  404: 'There is no such image, or this deployment does not offer this.',
  409: 'What is there does not allow it: an image without tags, a name that is taken; `code` says why.',
  413: 'The body is too large.',
  415: 'The body is of another media type than the route takes.',
  422: 'The body is no picture that can be read; `code` says why.',
  503: 'Something that the answer needs is busy; try again.',
} as const;

type ProblemStatus = keyof typeof PROBLEMS;

const problemContent = { [PROBLEM_MEDIA_TYPE]: { schema: problem } };

/** The problems that a route answers besides 405, which the document cannot say, and faults of the API. */
export function problems(...statuses: readonly ProblemStatus[]) {
  const named = statuses.map((status) => [
    status,
    { description: PROBLEMS[status], content: problemContent },
  ]);
  return Object.fromEntries([
    ...named,
    ['default', { description: 'Any other problem.', content: problemContent }],
  ]) as Record<ProblemStatus, { description: string; content: typeof problemContent }>;
}

export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** What `c.json` takes for an answer: the contract's types with nothing left to parse. */
export const NO_STORE = { 'cache-control': 'no-store' } as const;

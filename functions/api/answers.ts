import type { z } from 'zod';
import { problem } from './contract.ts';
import { PROBLEM_MEDIA_TYPE } from './problems.ts';

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

/** How an answer stands in the OpenAPI document. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** A request's body that has to be there. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { body: { required: true as const, content: { 'application/json': { schema } } } };
}

import { z } from 'zod';
import { labelSetSchema } from '../../core/labels/label-set-schema.ts';
import type { TaggerIdentity } from '../../core/tagging/tagger-identity.ts';

/**
 * The routes by which programs control a pipeline on this machine, on the port of its page. It is the one contract
 * between the page's server, which implements `ControlApi`, and the command line, whose client is made of the
 * routes.
 */

const count = z.int().min(0);

/** How many messages wait, are being worked on and are given up. */
const queueStatus = z.object({
  queue: z.object({ visible: count, inFlight: count }),
  deadLetters: count,
});

export type QueueStatus = z.infer<typeof queueStatus>;

/** A message that failed every time. */
const deadLetter = z.object({
  messageId: z.string(),
  body: z.string(),
  receiveCount: count,
  sentAtMilliseconds: z.number(),
  lastFailure: z.string().optional(),
});

const taggerIdentity = z.object({
  modelDigest: z.string(),
  labelSets: z.array(z.object({ digest: z.string(), appliesTo: labelSetSchema.shape.appliesTo })).readonly(),
}) satisfies z.ZodType<TaggerIdentity>;

/** The label sets in use, without their labels. */
const labelling = z.object({
  labelSets: z
    .array(z.object({ name: z.string(), version: z.string(), digest: z.string(), path: z.string() }))
    .readonly(),
  /** Tagged pictures whose tags come from other label sets. */
  others: count,
});

export type Labelling = z.infer<typeof labelling>;

/** The label sets in use as they are, for who tags by them as well. */
const usedLabelSets = z.object({
  /** Where the pipeline's table answers, so that nobody takes another pipeline's. */
  dynamodbPort: z.int(),
  modelDigest: z.string(),
  labelSets: z.array(labelSetSchema).readonly(),
});

export type PipelineLabelSets = z.infer<typeof usedLabelSets>;

/** The request of a route that takes no body. */
const NO_BODY = z.void();

const ROUTES = {
  status: { method: 'GET', path: '/status.json', request: NO_BODY, answer: queueStatus },
  deadLetters: {
    method: 'GET',
    path: '/dead-letters.json',
    request: NO_BODY,
    answer: z.array(deadLetter).readonly(),
  },
  /** Puts all dead letters back into the queue; tells how many. */
  redrive: { method: 'POST', path: '/redrive', request: NO_BODY, answer: z.object({ moved: count }) },
  /** What uploads are tagged with. */
  tagger: { method: 'GET', path: '/tagger.json', request: NO_BODY, answer: taggerIdentity },
  labelling: { method: 'GET', path: '/labelling.json', request: NO_BODY, answer: labelling },
  labelSets: { method: 'GET', path: '/label-sets.json', request: NO_BODY, answer: usedLabelSets },
  /** Sends messages about listed objects to the queue, given by their bodies; tells how many. */
  sendListed: {
    method: 'POST',
    path: '/listed-objects',
    request: z.array(z.string()).readonly(),
    answer: z.object({ sent: count }),
  },
} as const;

export type ControlRouteName = keyof typeof ROUTES;

/** What goes over a route, each way. */
export type ControlExchanges = {
  readonly [Name in ControlRouteName]: {
    readonly request: z.infer<(typeof ROUTES)[Name]['request']>;
    readonly answer: z.infer<(typeof ROUTES)[Name]['answer']>;
  };
};

export interface ControlRoute<Request, Answer> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** The request's body, as JSON. */
  readonly request: z.ZodType<Request>;
  /** The answer's body, as JSON. */
  readonly answer: z.ZodType<Answer>;
}

export const CONTROL_ROUTES: {
  readonly [Name in ControlRouteName]: ControlRoute<
    ControlExchanges[Name]['request'],
    ControlExchanges[Name]['answer']
  >;
} = ROUTES;

/** Every route as a function: what the server implements and the client offers. */
export type ControlApi = {
  readonly [Name in ControlRouteName]: (
    request: ControlExchanges[Name]['request'],
  ) => Promise<ControlExchanges[Name]['answer']>;
};

import type { MessageQueue } from '../../core/backfill/message-queue.ts';
import { CliptagError } from '../../core/errors.ts';
import type { TaggerIdentity } from '../../core/tagging/tagger-identity.ts';
import {
  CONTROL_ROUTES,
  type ControlApi,
  type ControlRoute,
  type Labelling,
  type PipelineLabelSets,
  type QueueStatus,
} from '../../local/control-api/control-api.ts';
import { type DeadLetters, deadLetter } from './dead-letters.ts';
import { pageHeaders } from './page-fetch.ts';

/** For a pipeline that is busy. */
const TIMEOUT_MILLISECONDS = 20_000;

/** The counts of the local pipeline's queue; `undefined` where no pipeline tells them. */
export async function pipelineQueue(httpPort: number): Promise<QueueStatus | undefined> {
  try {
    return await controlClient(httpPort).status();
  } catch {
    return undefined;
  }
}

/** The label sets that the local pipeline tags with, and how many pictures have others; `undefined` where none tells them. */
export async function pipelineLabelling(httpPort: number): Promise<Labelling | undefined> {
  try {
    return await controlClient(httpPort).labelling();
  } catch {
    return undefined;
  }
}

/**
 * The label sets that the local pipeline tags with at the moment.
 *
 * @throws {CliptagError} as {@link ask} does
 */
export function pipelineLabelSets(httpPort: number): Promise<PipelineLabelSets> {
  return controlClient(httpPort).labelSets();
}

/** As many as SQS gives. */
const SAMPLE_SIZE = 10;

/** The local pipeline's dead letters, which it puts back at once. */
export function pipelineDeadLetters(httpPort: number): DeadLetters {
  const client = controlClient(httpPort);
  return {
    count: async () => (await client.deadLetters()).length,
    sample: async () =>
      (await client.deadLetters())
        .slice(0, SAMPLE_SIZE)
        .map(({ sentAtMilliseconds, lastFailure, ...message }) =>
          deadLetter(message, { sentAt: new Date(sentAtMilliseconds).toISOString(), reason: lastFailure }),
        ),
    isMoving: async () => false,
    redrive: async () => ({ state: 'completed', moved: (await client.redrive()).moved }),
    cancel: async () => {},
  };
}

/** The local pipeline's queue, for those who fill it, and what the pipeline tags with. */
export interface LocalPipeline {
  readonly queue: MessageQueue;
  readonly tagger: TaggerIdentity;
  status(): Promise<QueueStatus>;
}

/** @throws {CliptagError} as {@link ask} does */
export async function localPipeline(httpPort: number): Promise<LocalPipeline> {
  const client = controlClient(httpPort);
  return {
    tagger: await client.tagger(),
    queue: {
      state: async () => {
        const { queue, deadLetters } = await client.status();
        return { messages: queue.visible + queue.inFlight, deadLetters };
      },
      send: async (bodies) => {
        await client.sendListed(bodies);
      },
    },
    status: () => client.status(),
  };
}

/** Every route of the control API, asked of the pipeline whose page is on this port. */
function controlClient(httpPort: number): ControlApi {
  const { status, deadLetters, redrive, tagger, labelling, labelSets, sendListed } = CONTROL_ROUTES;
  return {
    status: () => ask(httpPort, status),
    deadLetters: () => ask(httpPort, deadLetters),
    redrive: () => ask(httpPort, redrive),
    tagger: () => ask(httpPort, tagger),
    labelling: () => ask(httpPort, labelling),
    labelSets: () => ask(httpPort, labelSets),
    sendListed: (bodies) => ask(httpPort, sendListed, bodies),
  };
}

/**
 * @throws {CliptagError} `no-pipeline` where nobody listens; `queue-fault` for an answer that is not as the route has it
 */
async function ask<Request, Answer>(
  httpPort: number,
  { method, path, answer: schema }: ControlRoute<Request, Answer>,
  request?: Request,
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${httpPort}${path}`, {
    method,
    headers: pageHeaders(),
    body: request === undefined ? null : JSON.stringify(request),
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    redirect: 'error',
  }).catch((cause: unknown) => {
    throw new CliptagError(
      'no-pipeline',
      `no local pipeline's page answers on 127.0.0.1:${httpPort}: start it with cliptag start, or name a deployed one with --stack`,
      { cause },
    );
  });
  if (response.status === 401) {
    throw new CliptagError(
      'no-token',
      `the pipeline on 127.0.0.1:${httpPort} wants the token that it was started with: set CLIPTAG_TOKEN`,
    );
  }
  if (!response.ok) {
    throw queueFault(`the local pipeline answered ${response.status}: ${await response.text()}`);
  }
  const answer = schema.safeParse(await response.json().catch(() => undefined));
  if (answer.success) return answer.data;
  throw queueFault(`the local pipeline's answer to ${path} cannot be read: ${answer.error.message}`);
}

function queueFault(message: string): CliptagError {
  return new CliptagError('queue-fault', message);
}

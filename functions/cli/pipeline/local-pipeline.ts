import { z } from 'zod';
import type { MessageQueue } from '../../core/backfill/message-queue.ts';
import { CliptagError } from '../../core/errors.ts';
import type { TaggerIdentity } from '../../core/tagging/tagger-identity.ts';
import { type DeadLetters, deadLetter } from './dead-letters.ts';

/** For a pipeline that is busy. */
const TIMEOUT_MILLISECONDS = 20_000;
const count = z.int().min(0);

/** What the local pipeline's page says of its queue. */
const queueStatus = z.object({
  queue: z.object({ visible: count, inFlight: count }),
  deadLetters: count,
});

export type QueueStatus = z.infer<typeof queueStatus>;

/** How many messages wait, are being worked on and are given up; undefined where no pipeline says so. */
export async function pipelineQueue(httpPort: number): Promise<QueueStatus | undefined> {
  try {
    return await pipelineStatus(httpPort);
  } catch {
    return undefined;
  }
}

/** @throws {CliptagError} as {@link ask} does */
async function pipelineStatus(httpPort: number): Promise<QueueStatus> {
  return queueStatus.parse(await ask(httpPort, 'GET', '/status.json'));
}

const deadMessages = z.array(
  z.object({
    messageId: z.string(),
    body: z.string(),
    receiveCount: count,
    sentAtMilliseconds: z.number(),
    lastFailure: z.string().optional(),
  }),
);

/** As many as SQS gives. */
const SAMPLE_SIZE = 10;

/** The local pipeline's dead letters, which it puts back at once. */
export function pipelineDeadLetters(httpPort: number): DeadLetters {
  const all = async () => deadMessages.parse(await ask(httpPort, 'GET', '/dead-letters.json'));
  return {
    count: async () => (await all()).length,
    sample: async () =>
      (await all())
        .slice(0, SAMPLE_SIZE)
        .map(({ sentAtMilliseconds, lastFailure, ...message }) =>
          deadLetter(message, { sentAt: new Date(sentAtMilliseconds).toISOString(), reason: lastFailure }),
        ),
    isMoving: async () => false,
    redrive: async () => {
      const { moved } = z.object({ moved: count }).parse(await ask(httpPort, 'POST', '/redrive'));
      return { state: 'completed', moved };
    },
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
  return {
    // Of the very checkout that this is of, so that its shape is trusted.
    tagger: (await ask(httpPort, 'GET', '/tagger.json')) as TaggerIdentity,
    queue: {
      depth: async () => (await pipelineStatus(httpPort)).queue.visible,
      send: async (bodies) => {
        await ask(httpPort, 'POST', '/listed-objects', JSON.stringify(bodies));
      },
    },
    status: () => pipelineStatus(httpPort),
  };
}

/** @throws {CliptagError} `no-pipeline` where nobody listens; `queue-fault` for any other answer than the wanted one */
async function ask(
  httpPort: number,
  method: 'GET' | 'POST',
  path: string,
  body: string | null = null,
): Promise<unknown> {
  const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  const url = `http://127.0.0.1:${httpPort}${path}`;
  const answer = await fetch(url, { method, body, signal, redirect: 'error' }).catch((cause: unknown) => {
    throw new CliptagError(
      'no-pipeline',
      `no local pipeline's page answers on 127.0.0.1:${httpPort}: start it with npm start, or name a deployed one with --stack`,
      { cause },
    );
  });
  if (answer.ok) return answer.json();
  throw new CliptagError(
    'queue-fault',
    `the local pipeline answered ${answer.status}: ${await answer.text()}`,
  );
}

import { z } from 'zod';
import { CliptagError } from '../core/errors.ts';
import { type DeadLetters, deadLetter } from './dead-letters.ts';

const TIMEOUT_MILLISECONDS = 2_000;
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
    return queueStatus.parse(await ask(httpPort, 'GET', '/status.json'));
  } catch {
    return undefined;
  }
}

const deadMessages = z.array(
  z.object({
    messageId: z.string(),
    body: z.string(),
    receiveCount: count,
    sentAtMs: z.number(),
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
        .map(({ sentAtMs, lastFailure, ...message }) =>
          deadLetter(message, { sentAt: new Date(sentAtMs).toISOString(), reason: lastFailure }),
        ),
    isMoving: async () => false,
    redrive: async () => {
      const { moved } = z.object({ moved: count }).parse(await ask(httpPort, 'POST', '/redrive'));
      return { state: 'completed', moved };
    },
    cancel: async () => {},
  };
}

/** @throws {CliptagError} `no-pipeline` where nobody listens; `queue-fault` for any other answer than the wanted one */
async function ask(httpPort: number, method: 'GET' | 'POST', path: string): Promise<unknown> {
  const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  const url = `http://127.0.0.1:${httpPort}${path}`;
  const answer = await fetch(url, { method, signal, redirect: 'error' }).catch((cause: unknown) => {
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

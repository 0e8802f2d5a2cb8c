import { z } from 'zod';

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
    const answer = await fetch(`http://127.0.0.1:${httpPort}/status.json`, {
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      redirect: 'error',
    });
    return answer.ok ? queueStatus.parse(await answer.json()) : undefined;
  } catch {
    return undefined;
  }
}

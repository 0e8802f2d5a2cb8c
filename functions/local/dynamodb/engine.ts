import type { IncomingHttpHeaders } from 'node:http';
import { Worker } from 'node:worker_threads';

/** A request that has been read and may pass. */
export interface EngineRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface EngineAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface NamedImages {
  readonly partitions: readonly string[];
  /** Whether embeddings are left out. */
  readonly isWithout: boolean;
}

export interface Engine {
  /** @throws {EngineFailure} when the thread that worked on it has died or cannot be started */
  answer(request: EngineRequest): Promise<EngineAnswer>;
  /** Image records as the store has them: a page of them, or those of some partitions. */
  images(tableName: string, which: { readonly after: string } | NamedImages): Promise<EngineAnswer>;
  /** Waits for what is under way, and closes the database. */
  close(): Promise<void>;
}

/** Another try may succeed. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
}

const WORKER = new URL('./engine-worker.mjs', import.meta.url);
/** Legal requests take a fraction of a second; with a margin for a machine that is busy. */
const MAXIMUM_ANSWER_MILLISECONDS = 30_000;
/** After a start that led to nothing, so that one start after the other takes no more than a part of the processor. */
const PAUSE_AFTER_FAILURE_MILLISECONDS = 1_000;
/** Enough for the largest request and answer, many times over. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 1_024 };

export interface EngineOptions {
  /** A thread that has not answered a request by then is ended. @default 30 seconds */
  readonly answerMilliseconds?: number;
  /** What runs on the thread. @default dynalite */
  readonly program?: URL;
}

type Answer = EngineAnswer & { readonly id: number };

interface Pending {
  resolve(answer: EngineAnswer): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Runs dynalite on a thread of its own. What it does not expect it throws where nobody can catch it, and after that it
 * may never answer again; a request that it ponders blocks whatever is on its thread. So the thread is ended and
 * started anew then. Requests under way are answered as DynamoDB answers by a fault of its own, and SDKs repeat them.
 *
 * A thread and not a process: it ends with this process however that ends, so that the next start finds the store free,
 * and takes less memory and time to start.
 *
 * @param prepare Called before each start.
 */
export async function startEngine(
  folder: string,
  prepare: () => Promise<void>,
  { answerMilliseconds = MAXIMUM_ANSWER_MILLISECONDS, program = WORKER }: EngineOptions = {},
): Promise<Engine> {
  const pending = new Map<number, Pending>();
  const underWay = new Set<Promise<unknown>>();
  let lastId = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let reason = '';
  let hasAnswered = false;
  let isClosed = false;
  let running: Promise<Worker> | undefined = start();
  await running;

  async function start(): Promise<Worker> {
    await prepare();
    reason = '';
    hasAnswered = false;
    const worker = new Worker(program, {
      workerData: { folder },
      resourceLimits: RESOURCE_LIMITS,
    });
    worker.on('message', (answer: Answer) => {
      hasAnswered = true;
      settle(answer.id)?.resolve(answer);
    });
    worker.on('error', (error) => {
      reason = error.message;
    });
    worker.once('exit', () => {
      if (isClosed) return;
      running = undefined;
      failAll(reason || 'dynalite has ended');
    });
    // Until then it answers nothing, which is not its fault.
    await new Promise<void>((resolve) => worker.once('online', resolve).once('exit', () => resolve()));
    return worker;
  }

  function settle(id: number): Pending | undefined {
    const waiting = pending.get(id);
    pending.delete(id);
    clearTimeout(waiting?.timer);
    return waiting;
  }

  function failAll(message: string): void {
    if (!hasAnswered) failedAt = Date.now();
    reason = message;
    for (const id of [...pending.keys()]) settle(id)?.reject(new EngineFailure(message));
  }

  function runningWorker(): Promise<Worker> {
    if (running === undefined && Date.now() - failedAt < PAUSE_AFTER_FAILURE_MILLISECONDS) {
      throw new EngineFailure(reason);
    }
    running ??= start().catch((error: Error) => {
      running = undefined;
      failedAt = Date.now();
      // The error says which folder; its cause, why.
      reason = [error.message, error.cause instanceof Error ? error.cause.message : ''].join(' ').trim();
      throw new EngineFailure(reason);
    });
    return running;
  }

  const engine: Engine = {
    async answer(request) {
      const worker = await runningWorker();
      const id = ++lastId;
      const answer = new Promise<EngineAnswer>((resolve, reject) => {
        if (running === undefined) return reject(new EngineFailure(reason || 'dynalite has ended'));
        const timer = setTimeout(() => {
          reason = `dynalite has not answered within ${answerMilliseconds} ms`;
          void worker.terminate();
        }, answerMilliseconds);
        pending.set(id, { resolve, reject, timer });
        worker.postMessage({ id, ...request });
      });
      underWay.add(answer);
      return answer.finally(() => underWay.delete(answer));
    },
    images(tableName, which) {
      const asked = 'after' in which ? which : { named: JSON.stringify(which) };
      // No word of HTTP, so that no request from outside has it.
      return engine.answer({
        ...{ method: 'IMAGES', url: '/', headers: { tableName, ...asked }, body: new Uint8Array() },
      });
    },
    async close() {
      await Promise.allSettled(underWay);
      isClosed = true;
      // classic-level closes the database when its thread ends.
      await (await running?.catch(() => undefined))?.terminate();
    },
  };
  return engine;
}

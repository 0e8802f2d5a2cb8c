import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Engine, type EngineOptions, startEngine } from '../../functions/local/dynamodb/engine.ts';

let engine: Engine | undefined;
afterEach(() => engine?.close());

/** In dynalite's place: it counts, and does what its body says. */
const PROGRAM = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    let count = 0;
    parentPort.on('message', ({ id, body }) => {
      const what = Buffer.from(body).toString();
      if (what === 'throw') setImmediate(() => { throw new Error('nobody expected this'); });
      else if (what === 'ponder') for (;;);
      else if (what !== 'ignore') parentPort.postMessage({ id, status: 200, headers: {}, body: String(++count) });
    });`)}`,
);

async function started(options: EngineOptions = {}) {
  let starts = 0;
  const prepare = async () => void starts++;
  engine = await startEngine('', prepare, { program: PROGRAM, ...options });
  const { answer } = engine;
  const ask = async (body: string) =>
    (await answer({ method: 'POST', url: '/', headers: {}, body: Buffer.from(body) })).body;
  return { ask, starts: () => starts };
}

describe('the thread of the database', () => {
  it('answers requests at once and one after the other', async () => {
    const { ask, starts } = await started();
    expect(await Promise.all(['a', 'b', 'c'].map(ask))).toEqual(['1', '2', '3']);
    expect(starts()).toBe(1);
  });

  it('is started anew after it has died, and what was under way has failed', async () => {
    const { ask, starts } = await started();
    await ask('a');
    const other = ask('ignore').catch((error: Error) => error.message);
    await expect(ask('throw')).rejects.toThrow('nobody expected this');
    expect(await other).toBe('nobody expected this');
    expect([await ask('a'), starts()]).toEqual(['1', 2]);
  });

  it.each(['ponder', 'ignore'])('is started anew when all it does is to %s', async (what) => {
    const { ask, starts } = await started({ answerMilliseconds: 1_000 });
    // By a clock that stands still for those that answer, however long it takes.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    await ask('a');
    const unanswered = expect(ask(what)).rejects.toThrow('not answered within 1000 ms');
    await vi.waitUntil(() => vi.getTimerCount() > 0);
    vi.advanceTimersByTime(1_000);
    await unanswered;
    expect([await ask('a'), starts()]).toEqual(['1', 2]);
  });

  it('is not started again and again when it dies at once', async () => {
    const { ask, starts } = await started({
      program: new URL('data:text/javascript,throw new Error("no start")'),
    });
    for (let times = 0; times < 20; times++) await expect(ask('a')).rejects.toThrow('no start');
    expect(starts()).toBeLessThan(5);
  });
});

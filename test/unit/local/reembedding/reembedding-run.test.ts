import { describe, expect, it } from 'vitest';
import type {
  PicturesByModel,
  Reembedding,
  ReembeddingResult,
} from '../../../../functions/local/reembedding/reembedding.ts';
import { runReembedding } from '../../../../functions/local/reembedding/reembedding-run.ts';

const NOTHING: ReembeddingResult = { reembedded: 0, failed: 0, gone: 0, givenUp: 0 };

/** What is printed while the work is done: answers, and remarks in brackets. */
async function printed(
  found: PicturesByModel,
  run: Reembedding['run'] = async () => NOTHING,
  { isWanted = true, ending = new AbortController() } = {},
): Promise<string[]> {
  const lines: string[] = [];
  const work: Reembedding = { find: async () => found, run, isAbout: () => false, note: () => {} };
  await runReembedding(
    work,
    { modelDigest: 'new', isWanted, signal: ending.signal },
    {
      line: async (text) => void lines.push(text),
      remark: (text) => lines.push(`[${text}]`),
      fault: (text) => lines.push(`[${text}]`),
    },
  );
  return lines;
}

/** Does so many pictures, one after the other. */
const doing =
  (count: number, result: Partial<ReembeddingResult>): Reembedding['run'] =>
  async (_signal, onProgress) => {
    for (let done = 1; done <= count; done++) onProgress(done);
    return { ...NOTHING, ...result };
  };

describe('runReembedding', () => {
  it('says nothing where there is nothing to do', async () => {
    expect(await printed(new Map())).toEqual([]);
  });

  it('says how many, which models, how far it is at each tenth, and what became of them', async () => {
    expect(await printed(new Map([['old', 1_000]]), doing(1_000, { reembedded: 1_000 }))).toEqual([
      '\nRe-embedding 1,000 pictures tagged by model old with model new, in the background. --no-reembed leaves them as they are.',
      ...[100, 200, 300, 400, 500, 600, 700, 800, 900].map(
        (done) => `[Re-embedding: ${done} of 1,000 pictures]`,
      ),
      'Re-embedded 1,000 pictures with model new',
    ]);
  });

  it('tells apart what could not be tagged anew, and says what to do about it', async () => {
    const [found, ...rest] = await printed(
      new Map([
        ['old', 5],
        ['older', 2],
      ]),
      doing(6, { reembedded: 1, failed: 2, gone: 3, givenUp: 1 }),
    );
    expect(found).toMatch(/^\nRe-embedding 7 pictures tagged by model old \(5\), older \(2\) with model new/);
    expect(rest.at(-1)).toBe(
      'Re-embedded 1 picture with model new; 2 cannot be read any more; 3 are gone or have been replaced; 1 were given up: npx cliptag redrive shows why and tries them again',
    );
  });

  it('only says how many there are where it is not wanted', async () => {
    const run = async () => Promise.reject(new Error('Expected not to be called'));
    const lines = await printed(new Map([['old', 7]]), run, { isWanted: false });
    expect(lines).toEqual([
      '\n7 pictures tagged by model old: left as they are (--no-reembed), while uploads are tagged by model new. Scores of two models do not compare; a start without the flag, or npx cliptag backfill, tags them anew.',
    ]);
  });

  it('says how far it was when it is stopped', async () => {
    const ending = new AbortController();
    const stopped: Reembedding['run'] = async (signal, onProgress) => {
      onProgress(3);
      ending.abort();
      signal.throwIfAborted();
      return NOTHING;
    };
    const [, ...rest] = await printed(new Map([['old', 100]]), stopped, { ending });
    expect(rest).toEqual(['[Re-embedding stopped after 3 of 100 pictures: the next start does the rest.]']);
  });

  it('rejects nothing: a fault is a remark, and the pipeline goes on', async () => {
    const run = async () => Promise.reject(new Error('the table is away'));
    const [, ...rest] = await printed(new Map([['old', 1]]), run);
    expect(rest).toEqual(['[Re-embedding failed: the table is away. The next start does the rest.]']);
  });
});

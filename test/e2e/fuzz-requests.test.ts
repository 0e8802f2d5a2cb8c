import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { fuzzRequests } from '../torture/fuzz-requests.ts';
import { tortureLimits } from '../torture/torture.ts';

/** The short form of test/torture/fuzz-requests.ts. Times say nothing beside other tests. */
it('answers 1,000 fuzzed requests at three ports, ends no process, and tags what comes after', async () => {
  const { faults } = await fuzzRequests(tortureLimits({ seed: 18, rounds: 1_000 }), {
    program: [join(inject('programs'), 'cli-program.js'), 'start'],
    watchesTime: false,
  });
  expect(faults).toEqual([]);
}, 300_000);

import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { crashes } from '../torture/crash.ts';
import { powerCuts } from '../torture/power-cut.ts';
import { tortureLimits } from '../torture/torture.ts';

const program = () => join(inject('programs'), 'cli-program.js');

/** Each starts several processes, which a busy machine makes slow. */
const PATIENCE_MILLISECONDS = 240_000;

it(
  'brings back all that was answered after every log was cut off or damaged',
  async () => {
    expect(await powerCuts(tortureLimits({ rounds: 2 }), program())).toMatchObject({ faults: [] });
  },
  PATIENCE_MILLISECONDS,
);

it(
  'keeps all that was answered, and leaves no stale label entry, over rounds of kill -9',
  async () => {
    expect(await crashes(tortureLimits({ rounds: 2 }), program())).toMatchObject({ faults: [] });
  },
  PATIENCE_MILLISECONDS,
);

import { describe, expect, it } from 'vitest';
import { type FoundRecord, type ProbePorts, probe } from '../../../functions/canary/probe.ts';

const TAGGED: FoundRecord = { status: 'tagged', width: 16, height: 16, modelDigest: 'deployed' };
const KEY = '.cliptag-canary/one.png';
const LIMIT_SECONDS = 240;

/** What the table answers, look after look, each two seconds after the one before; the last answer stays. */
function world(answers: readonly (FoundRecord | undefined | Error)[]) {
  const calls: string[] = [];
  let seconds = 0;
  let looks = 0;
  const ports: ProbePorts = {
    put: async (key) => void calls.push(`put ${key}`),
    remove: async (key) => void calls.push(`remove ${key} at ${seconds}`),
    record: async () => {
      const answer = answers[Math.min(looks++, answers.length - 1)];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    sleep: async (milliseconds) => {
      seconds += milliseconds / 1_000;
    },
    now: () => seconds * 1_000,
    limitMilliseconds: LIMIT_SECONDS * 1_000,
    expected: { width: 16, height: 16, modelDigest: 'deployed' },
  };
  return { ports, calls, looks: () => looks };
}

const DELETED: FoundRecord = { status: 'deleted' };
const throttled = Object.assign(new Error('Throughput exceeds the limit'), { name: 'ThrottlingException' });

describe('the canary', () => {
  it('uploads a picture, waits for its tags, removes it, and waits for its tombstone', async () => {
    const { ports, calls } = world([undefined, undefined, TAGGED, TAGGED, DELETED]);
    expect(await probe(KEY, ports)).toEqual({ passed: true, taggedMilliseconds: 4_000 });
    expect(calls).toEqual([`put ${KEY}`, `remove ${KEY} at 4`]);
  });

  it('takes tags that come at the last moment, and none that come later', async () => {
    const never = Array.from({ length: LIMIT_SECONDS / 2 }, () => undefined);
    const inTime = world([...never, TAGGED, DELETED]);
    expect(await probe(KEY, inTime.ports)).toEqual({ passed: true, taggedMilliseconds: 240_000 });
    const late = world([...never, undefined, TAGGED, DELETED]);
    expect(await probe(KEY, late.ports)).toEqual({
      passed: false,
      reason: 'Expected a record that is tagged within 240 s but there is none',
    });
    expect(late.calls).toEqual([`put ${KEY}`, `remove ${KEY} at 240`]);
  });

  it.each<[string, FoundRecord, string]>([
    ['another picture', { ...TAGGED, width: 451 }, '451 × 16 pixels by model deployed'],
    ['another model', { ...TAGGED, modelDigest: 'before' }, '16 × 16 pixels by model before'],
    ['no model', { ...TAGGED, modelDigest: undefined }, '16 × 16 pixels by model undefined'],
  ])('rejects tags of %s at once, and removes its picture', async (_name, record, received) => {
    const { ports, calls, looks } = world([record]);
    expect(await probe(KEY, ports)).toEqual({
      passed: false,
      reason: `Expected tags of 16 × 16 pixels by model deployed but received ${received}`,
    });
    expect([calls.at(-1), looks()]).toEqual([`remove ${KEY} at 0`, 1]);
  });

  it('takes tags of any model where it is told of none', async () => {
    const { ports } = world([{ ...TAGGED, modelDigest: 'any' }, DELETED]);
    const expected = { width: 16, height: 16, modelDigest: undefined };
    expect(await probe(KEY, { ...ports, expected })).toMatchObject({ passed: true });
  });

  it.each(['failed', 'unsupported'] as const)(
    'does not wait for tags of a picture that is %s',
    async (status) => {
      const { ports, calls } = world([{ status, reason: 'Expected an image' }]);
      expect(await probe(KEY, ports)).toEqual({
        passed: false,
        reason: `Expected a record that is tagged within 240 s but it is ${status}: Expected an image`,
      });
      expect(calls.at(-1)).toBe(`remove ${KEY} at 0`);
    },
  );

  it('asks a table that throttles again, and says so where it never answers', async () => {
    const busy = world([throttled, throttled, TAGGED, throttled, DELETED]);
    expect(await probe(KEY, busy.ports)).toEqual({ passed: true, taggedMilliseconds: 4_000 });
    const silent = world([throttled]);
    expect(await probe(KEY, silent.ports)).toMatchObject({
      passed: false,
      reason: expect.stringMatching(/the table does not tell: ThrottlingException: Throughput exceeds/),
    });
    expect(silent.calls.at(-1)).toBe(`remove ${KEY} at 240`);
  });

  it('tells of a tombstone that does not come, with the time of the tags', async () => {
    const { ports } = world([TAGGED]);
    expect(await probe(KEY, ports)).toEqual({
      passed: false,
      reason: 'Expected a record that is deleted within 240 s but it is tagged',
      taggedMilliseconds: 0,
    });
  });

  it.each(['put', 'remove'] as const)('rejects where it may not %s', async (step) => {
    const { ports } = world([TAGGED, DELETED]);
    const denied = async () => {
      throw new Error('AccessDenied');
    };
    await expect(probe(KEY, { ...ports, [step]: denied })).rejects.toThrow('AccessDenied');
  });
});

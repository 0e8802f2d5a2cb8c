import type { ImageRecord } from '../core/records/image-record.ts';

/** What the canary does to the outside, and how long it waits. */
export interface ProbePorts {
  /** Uploads the picture under a key. */
  readonly put: (key: string) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  readonly record: (key: string) => Promise<Pick<ImageRecord, 'status' | 'reason'> | undefined>;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  readonly now: () => number;
  /** For the tag, and again for the tombstone. */
  readonly limitMilliseconds: number;
}

export interface ProbeResult {
  readonly passed: boolean;
  /** What did not happen. */
  readonly reason?: string;
  /** From the upload to the tagged record. */
  readonly taggedMilliseconds?: number;
}

const POLL_MILLISECONDS = 2_000;

/**
 * Uploads a picture, expects its record to say that it is tagged, removes it, and expects the tombstone.
 *
 * @param key of a picture that was never there before: an older record would say what this one should
 */
export async function probe(key: string, ports: ProbePorts): Promise<ProbeResult> {
  const began = ports.now();
  await ports.put(key);
  let tagged: ProbeResult;
  try {
    tagged = await comesTo('tagged', key, ports);
  } finally {
    // Also where it was not tagged, so that pictures do not pile up.
    await ports.remove(key);
  }
  if (!tagged.passed) return tagged;
  const taggedMilliseconds = ports.now() - began;
  return { ...(await comesTo('deleted', key, ports)), taggedMilliseconds };
}

async function comesTo(
  status: 'tagged' | 'deleted',
  key: string,
  { record, sleep, now, limitMilliseconds }: ProbePorts,
): Promise<ProbeResult> {
  const end = now() + limitMilliseconds;
  for (;;) {
    const found = await record(key);
    if (found?.status === status) return { passed: true };
    if (now() >= end) {
      const received = found
        ? `it is ${found.status}${found.reason ? `: ${found.reason}` : ''}`
        : 'there is none';
      return {
        passed: false,
        reason: `Expected a record that is ${status} within ${limitMilliseconds / 1_000} s but ${received}`,
      };
    }
    await sleep(POLL_MILLISECONDS);
  }
}

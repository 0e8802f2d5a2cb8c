import type { ImageRecord } from '../core/records/image-record.ts';

/** What is looked at of a picture's record. */
export type FoundRecord = Pick<ImageRecord, 'status' | 'reason' | 'width' | 'height' | 'modelDigest'>;

/** What the canary does to the outside, and how long it waits. */
export interface ProbePorts {
  /** Uploads the picture under a key. */
  readonly put: (key: string) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  readonly record: (key: string) => Promise<FoundRecord | undefined>;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  readonly now: () => number;
  /** For the tag, and again for the tombstone. */
  readonly limitMilliseconds: number;
  /** What the picture's record says, if it is right. */
  readonly expected: Required<Pick<FoundRecord, 'width' | 'height'>> & Pick<FoundRecord, 'modelDigest'>;
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
 * @throws what the bucket says where the picture cannot be uploaded or removed
 */
export async function probe(key: string, ports: ProbePorts): Promise<ProbeResult> {
  const began = ports.now();
  await ports.put(key);
  // Nothing throws in between, so that it is removed whatever became of it: pictures do not pile up.
  const tagged = await comesTo('tagged', key, ports);
  await ports.remove(key);
  if (!tagged.passed) return tagged;
  const taggedMilliseconds = ports.now() - began;
  return { ...(await comesTo('deleted', key, ports)), taggedMilliseconds };
}

async function comesTo(status: 'tagged' | 'deleted', key: string, ports: ProbePorts): Promise<ProbeResult> {
  const { sleep, now, limitMilliseconds } = ports;
  const end = now() + limitMilliseconds;
  for (;;) {
    const { found, fault } = await look(key, ports);
    if (found?.status === status) return status === 'tagged' ? judged(found, ports) : { passed: true };
    const received = fault ?? receivedText(found);
    // No other try would make a picture of one that is none.
    const isFinal = status === 'tagged' && found !== undefined && found.status !== 'deleted';
    if (isFinal || now() >= end) {
      const reason = `Expected a record that is ${status} within ${limitMilliseconds / 1_000} s but ${received}`;
      return { passed: false, reason };
    }
    await sleep(POLL_MILLISECONDS);
  }
}

/** A table that throttles, or does not answer for a moment, is asked again. */
async function look(
  key: string,
  { record }: ProbePorts,
): Promise<{ readonly found?: FoundRecord | undefined; readonly fault?: string }> {
  try {
    return { found: await record(key) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { fault: `the table does not tell: ${name}: ${message}` };
  }
}

function receivedText(found: FoundRecord | undefined): string {
  if (!found) return 'there is none';
  return `it is ${found.status}${found.reason ? `: ${found.reason}` : ''}`;
}

/** Whether a record is of the picture that was uploaded, and by the model that is deployed. */
function judged(found: FoundRecord, { expected }: ProbePorts): ProbeResult {
  const written = ({ width, height, modelDigest }: Partial<FoundRecord>) =>
    `${width} × ${height} pixels${expected.modelDigest === undefined ? '' : ` by model ${modelDigest}`}`;
  if (written(found) === written(expected)) return { passed: true };
  return { passed: false, reason: `Expected tags of ${written(expected)} but received ${written(found)}` };
}

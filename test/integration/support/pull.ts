import { statSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Attempts } from '../../../functions/checkpoints/pull/attempts.ts';
import { checkpointReference } from '../../../functions/checkpoints/pull/checkpoint-reference.ts';
import { type HubSettings, openHub } from '../../../functions/checkpoints/pull/hub.ts';
import {
  type PulledCheckpoint,
  type PullOptions,
  pullCheckpoint,
} from '../../../functions/checkpoints/pull/pull-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

export const REFERENCE = 'hf:laion/tiny';

export interface TestPull {
  readonly folder: string;
  readonly lockPath: string;
  /** `fault code: wait` of each retry. */
  readonly retries: { readonly code: string; readonly message: string; readonly waitMilliseconds: number }[];
  readonly remarks: string[];
  /** `path state` of each file. */
  readonly finished: string[];
  readonly plans: (readonly [number, number])[];
  /** How many bytes of a file that is not whole yet are on the disk. */
  kept(path: string): number;
  run(
    hub: Partial<HubSettings> & { endpoint: string },
    more?: Partial<PullOptions> & { reference?: string },
  ): Promise<PulledCheckpoint>;
}

/** Pulls into a folder of the test's own, without real waits. */
export async function testPull(): Promise<TestPull> {
  const root = await temporaryFolder();
  const [folder, lockPath] = [join(root, 'checkpoint'), join(root, 'models.lock.json')];
  const pull: Omit<TestPull, 'run'> = {
    ...{ folder, lockPath, retries: [], remarks: [], finished: [], plans: [] },
    kept: (path) => statSync(join(folder, `${path}.part`), { throwIfNoEntry: false })?.size ?? 0,
  };
  const attempts: Attempts = {
    maximum: 3,
    wait: async () => {},
    onRetry: ({ code, message }, waitMilliseconds) => pull.retries.push({ code, message, waitMilliseconds }),
  };
  const report: PullOptions['report'] = {
    plan: (...sizes) => pull.plans.push(sizes),
    position: () => {},
    finished: (path, _bytes, state) => pull.finished.push(`${path} ${state}`),
    remark: (text) => pull.remarks.push(text),
  };
  async function run(
    settings: Partial<HubSettings> & { endpoint: string },
    { reference = REFERENCE, ...more }: Partial<PullOptions> & { reference?: string } = {},
  ): Promise<PulledCheckpoint> {
    const hub = openHub({ proxies: { except: [] }, ...settings });
    onTestFinished(() => hub.close());
    const freeBytes = async () => Number.POSITIVE_INFINITY;
    const asked = checkpointReference(reference);
    const options = {
      folder,
      lockPath,
      layout: asked.layout,
      update: false,
      hub,
      attempts,
      report,
      freeBytes,
    };
    return pullCheckpoint(asked, { ...options, ...more });
  }
  return { ...pull, run };
}

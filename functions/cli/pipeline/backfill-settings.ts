import { z } from 'zod';
import type { Workflow } from '../../adapters/aws/step-functions.ts';
import { CliptagError } from '../../core/errors.ts';
import type { TaggerIdentity } from '../../core/tagging/tagger-identity.ts';
import { awsError } from './aws-error.ts';

const count = z.int().min(1);

/** What infra/constructs/workflows/backfill.ts writes into the workflow's definition. */
const settings = z.object({
  buckets: z.array(z.string()),
  prefixes: z.array(z.string()),
  suffixes: z.array(z.string()),
  tagger: z.custom<TaggerIdentity>((value) => typeof value === 'object' && value !== null),
  modelName: z.string(),
  architecture: z.enum(['arm64', 'x86_64']),
  memoryMegabytes: count,
  batchSize: count,
  maximumConcurrency: count,
  events: z.boolean(),
  objectTags: z.int().min(0),
  /** A stack of an earlier version says nothing of these. */
  indexedDimensions: z.int().min(0).default(0),
  shards: count.default(1),
  packaging: z.enum(['container', 'zip']).default('container'),
  pace: z.object({
    objectsPerSecond: count,
    feeders: count,
    feederMemoryMegabytes: count,
    batchObjects: count,
  }),
});

const definition = z.object({ States: z.object({ Settings: z.object({ Result: settings }) }) });

export type BackfillSettings = z.infer<typeof settings>;

/**
 * What is deployed, from the workflow's own definition.
 *
 * @throws {CliptagError} `no-access`; `workflow-fault`; `no-stack` when another program or version made the workflow
 */
export async function backfillSettings(workflow: Workflow): Promise<BackfillSettings> {
  const written = await workflow.definition().catch((error: unknown) => {
    throw awsError('the backfill’s workflow cannot be read', 'workflow-fault', error);
  });
  const read = definition.safeParse(written);
  if (read.success) return read.data.States.Settings.Result;
  throw new CliptagError(
    'no-stack',
    'the stack’s backfill is of another version: deploy the stack with this one',
  );
}

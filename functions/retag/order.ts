import { z } from 'zod';
import { InvalidInput } from '../core/errors.ts';
import type { SegmentWork } from '../core/retag/run.ts';

const run = z.string().min(1);
const segments = z.int().min(1).max(1_000);

/** The input with which an execution of the workflow is started. */
const request = z.strictObject({
  /** @default plan */
  mode: z.enum(['plan', 'write']).default('plan'),
  bucket: z.string().min(1).optional(),
  prefix: z.string().optional(),
  /** Digests of the plan: label sets with others are not written. @default the label sets that the function has */
  by: z.strictObject({ modelDigest: z.string(), labelSets: z.record(z.string(), z.string()) }).optional(),
});

/** The function's input, as infra/constructs/workflows/retag-workflow.ts writes it. */
const order = z.discriminatedUnion('task', [
  z.object({ task: z.literal('check'), request }),
  z.object({ task: z.literal('segment'), run, segment: z.int().min(0), of: segments, request }),
  z.object({ task: z.literal('summary'), run, of: segments }),
]);

export type RetagOrder = z.infer<typeof order>;
export type OrderOf<Task extends RetagOrder['task']> = Extract<RetagOrder, { task: Task }>;

/** @throws {InvalidInput} with all faults */
export function retagOrder(event: unknown): RetagOrder {
  const result = order.safeParse(event);
  if (result.success) return result.data;
  throw new InvalidInput(
    'This is no order to retag',
    result.error.issues.map((issue) => `${z.core.toDotPath(issue.path) || '(top level)'}: ${issue.message}`),
  );
}

/** The work of a segment's order. */
export function segmentWork({
  run,
  segment,
  of,
  request: { mode, bucket, prefix },
}: OrderOf<'segment'>): SegmentWork {
  return { run, segment: { segment, of }, mode, scope: { bucket, prefix } };
}

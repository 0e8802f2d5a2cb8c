import type { ListedObject, ObjectListing } from '../objects/listed-object.ts';
import { type BackfillSelection, selectObjects } from './backfill.ts';

/** Numbers of the objects that a backfill would work on, counted before it begins. */
export interface BackfillPlan {
  /** All objects of the listing. */
  readonly listed: number;
  readonly wanted: number;
  readonly wantedBytes: number;
  readonly settled: number;
  readonly leftOut: number;
}

/** The objects of a bucket under a prefix. */
export interface BackfillScope {
  readonly bucket: string;
  /** How the keys begin; may be empty. */
  readonly prefix: string;
}

/** Lists the bucket and reads the records of its objects. Writes and sends nothing. */
export async function planBackfill(
  scope: BackfillScope,
  selection: BackfillSelection,
  listing: ObjectListing,
  onProgress: (listed: number) => void = () => {},
): Promise<BackfillPlan> {
  let plan: BackfillPlan = { listed: 0, wanted: 0, wantedBytes: 0, settled: 0, leftOut: 0 };
  for await (const page of listing.list(scope)) {
    const { wanted, settled, leftOut } = await selectObjects(page, selection);
    plan = {
      listed: plan.listed + page.length,
      wanted: plan.wanted + wanted.length,
      wantedBytes: plan.wantedBytes + totalBytes(wanted),
      settled: plan.settled + settled.length,
      leftOut: plan.leftOut + leftOut.length,
    };
    onProgress(plan.listed);
  }
  return plan;
}

function totalBytes(objects: readonly ListedObject[]): number {
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

import type { ScannableTable } from './ports.ts';
import type { PrimaryKey } from './records.ts';
import { planPass, type RetagPass, writePass } from './retag-passes.ts';
import type { RetagTally } from './retag-tally.ts';
import type { LabelSetsOfModel } from './retagging.ts';
import {
  forEachPage,
  type ImageScope,
  readPages,
  type ScanOptions,
  SEGMENTS,
  scanSegment,
  type TableSegment,
} from './table-scan.ts';

/** All that retagging takes: no bucket, no picture and no image encoder. */
export interface Retagger extends LabelSetsOfModel {
  readonly table: ScannableTable;
  readonly now: () => Date;
  /** Told how many tagged images have been looked at so far. */
  readonly onProgress?: (images: number) => void;
}

/** Label entries that no image record confirms. */
export interface SweepTally {
  /** Nobody will ever rely on them. */
  readonly stale: number;
  /** Put for events that have not come to their end: those come again from the queue and see to them. */
  readonly awaited: number;
}

/** What retagging has found, and done unless it was only planned. */
export interface RetagFindings extends RetagTally, SweepTally {}

/**
 * Images that are written at the same time: with some five entries each they fill the 50 connections that the AWS SDK
 * opens.
 */
const IMAGES_AT_ONCE = 16;

/**
 * What retagging would change. Writes nothing.
 *
 * @param withSweep whether label entries are looked at too, which takes longer. @default false: none are counted
 */
export function planRetag(
  retagger: Retagger,
  scope: ImageScope = {},
  { withSweep = false } = {},
): Promise<RetagFindings> {
  return wholeTable(retagger, { ...scope, isOnlyTagged: !withSweep }, planPass(retagger));
}

/**
 * Brings every tagged image to what the label sets make of its stored embedding, and removes label entries that no image
 * record confirms. May run beside the pipeline and beside itself, and be stopped at any moment: the records say which of
 * them are done, so that another run does the rest.
 */
export function retag(retagger: Retagger, scope: ImageScope = {}): Promise<RetagFindings> {
  return wholeTable(retagger, scope, writePass(retagger, IMAGES_AT_ONCE / SEGMENTS));
}

async function wholeTable({ table }: Retagger, scope: ScanOptions, pass: RetagPass): Promise<RetagFindings> {
  await forEachPage(table, scope, (items) => pass.see(items));
  return pass.end();
}

/** The part of a table that one of several retaggers works on. */
export interface RetagPart {
  readonly mode: 'plan' | 'write';
  readonly scope: ImageScope;
  readonly segment: TableSegment;
  /** Where the one before it has stopped. @default the segment's beginning */
  readonly after?: PrimaryKey | undefined;
}

/**
 * Plans or retags one segment until it, or the time, is over.
 *
 * @param isOver asked after each page, of 1 MB at most
 * @returns what this call has found, and where to go on, if the segment is not at its end
 */
export async function retagPart(
  retagger: Retagger,
  { mode, scope, segment, after }: RetagPart,
  isOver: () => boolean,
): Promise<{ readonly findings: RetagFindings; readonly after: PrimaryKey | undefined }> {
  const pass = mode === 'plan' ? planPass(retagger) : writePass(retagger, IMAGES_AT_ONCE);
  const request = { ...scanSegment(segment, scope), ...(after && { ExclusiveStartKey: after }) };
  const next = await readPages(retagger.table, request, (items) => pass.see(items), isOver);
  return { findings: await pass.end(), after: next };
}

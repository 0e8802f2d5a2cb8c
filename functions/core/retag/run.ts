import { CliptagError } from '../errors.ts';
import { type ImageScope, scanSegment, type TableSegment } from '../records/table-scan.ts';
import type { Item, PrimaryKey, QueryRequest, ScannableTable, WriteRequest } from '../records/tag-table.ts';
import { boundedFindings, mergedFindings, type RetagFindings } from './findings.ts';
import { MAXIMUM_CONCURRENT_IMAGES, planPass, writePass } from './passes.ts';
import type { Retagger } from './retagger.ts';
import type { LabelSetsOfModel } from './retagging.ts';

/** One segment of a table in a run of retagging. Several workers share a run, each for a limited time. */
export interface SegmentWork {
  /** Name of the run, which no other run ever has. */
  readonly run: string;
  readonly segment: TableSegment;
  /** `plan` writes no image and no label entry. */
  readonly mode: 'plan' | 'write';
  readonly scope: ImageScope;
}

/** Model and label sets, by their digests. */
export interface LabelSetDigests {
  readonly modelDigest: string;
  readonly labelSets: Readonly<Record<string, string>>;
}

/** How far a segment is. It stands in an item of its own, so that the next worker goes on there. */
interface SegmentProgress {
  readonly findings: RetagFindings;
  /** Key of the last item that has been worked on. */
  readonly after?: PrimaryKey | undefined;
  readonly isDone: boolean;
  /** Counts the writes of this item. */
  readonly saves: number;
  readonly by: LabelSetDigests;
}

/** Work of up to this long is counted twice when a worker dies, once as changed and once as right already. */
const SAVE_SECONDS = 20;
const KEPT_SECONDS = 30 * 24 * 60 * 60;
/** An item in DynamoDB may have 400 KB, an answer in Step Functions 256 KiB. */
const MAXIMUM_LABEL_BYTES = { item: 300_000, answer: 200_000 };

/**
 * Goes on with a segment until its end, or until `isOver`, which is asked after each page of up to 1 MB.
 *
 * @returns whether the segment is at its end
 * @throws {CliptagError} `label-sets-changed` when the run began with other label sets; `segment-taken` when another
 *   worker has saved its progress meanwhile
 */
export async function workOnSegment(
  retagger: Retagger,
  work: SegmentWork,
  isOver: () => boolean,
): Promise<boolean> {
  const { table } = retagger;
  const before = await readProgress(work, table);
  if (before?.isDone) return true;
  const by = digestsOf(retagger);
  if (before) requireSameLabelSets(before.by, by);
  const pass = work.mode === 'plan' ? planPass(retagger) : writePass(retagger, MAXIMUM_CONCURRENT_IMAGES);
  const found = () => mergedFindings([...(before ? [before.findings] : []), pass.findings()]);
  let saves = before?.saves ?? 0;
  let savedAt = retagger.now().getTime();
  const save = async (after: PrimaryKey | undefined) => {
    saves += 1;
    savedAt = retagger.now().getTime();
    const progress = { findings: found(), after, isDone: after === undefined, saves, by };
    if (!(await table.write(putProgress(work, progress, retagger.now())))) throw segmentTaken(work);
  };
  const request = scanSegment(work.segment, work.scope);
  for await (const { items, lastKey } of table.scan({ ...request, ExclusiveStartKey: before?.after })) {
    await pass.work(items);
    if (!lastKey) break;
    if (isOver()) {
      await pass.end();
      await save(lastKey);
      return false;
    }
    if (retagger.now().getTime() - savedAt > SAVE_SECONDS * 1_000) await save(lastKey);
  }
  await pass.end();
  await save(undefined);
  return true;
}

/** What all segments of a run have found so far. */
export async function runFindings(
  run: string,
  table: Pick<ScannableTable, 'query'>,
): Promise<{
  readonly findings: RetagFindings;
  readonly segmentsDone: number;
  readonly by?: LabelSetDigests;
}> {
  const segments: SegmentProgress[] = [];
  for await (const items of table.query(querySegments(run))) {
    segments.push(...items.map((item) => item as unknown as SegmentProgress));
  }
  const findings = mergedFindings(segments.map((segment) => segment.findings));
  return {
    findings: boundedFindings(findings, MAXIMUM_LABEL_BYTES.answer),
    segmentsDone: segments.filter(({ isDone }) => isDone).length,
    ...(segments[0] && { by: segments[0].by }),
  };
}

/** The digests of a model and of its label sets. */
export function digestsOf({ modelDigest, classifiers }: LabelSetsOfModel): LabelSetDigests {
  const digests = classifiers.map(({ labelSet, labelSetDigest }) => [labelSet.name, labelSetDigest]);
  return { modelDigest, labelSets: Object.fromEntries(digests) };
}

/** @throws {CliptagError} `label-sets-changed` */
export function requireSameLabelSets(expected: LabelSetDigests, received: LabelSetDigests): void {
  const written = ({ modelDigest, labelSets }: LabelSetDigests) =>
    [modelDigest, ...Object.entries(labelSets).map(([name, digest]) => `${name} ${digest}`)]
      .sort()
      .join(', ');
  if (written(expected) === written(received)) return;
  throw new CliptagError(
    'label-sets-changed',
    `Expected the label sets that the run began with (${written(expected)}) but received ${written(received)}: the stack was deployed meanwhile. Retag again`,
  );
}

async function readProgress(work: SegmentWork, table: ScannableTable): Promise<SegmentProgress | undefined> {
  const item = await table.read({ Key: progressKey(work), ConsistentRead: true });
  return item as unknown as SegmentProgress | undefined;
}

function progressKey({ run, segment }: Pick<SegmentWork, 'run' | 'segment'>): PrimaryKey {
  return { PK: runPartition(run), SK: `SEGMENT#${String(segment.segment).padStart(4, '0')}` };
}

function runPartition(run: string): string {
  return `RETAG#${run}`;
}

function putProgress(work: SegmentWork, progress: SegmentProgress, now: Date): WriteRequest {
  const findings = boundedFindings(progress.findings, MAXIMUM_LABEL_BYTES.item);
  const expiresAt = Math.floor(now.getTime() / 1_000) + KEPT_SECONDS;
  return {
    kind: 'put',
    Item: { ...progressKey(work), ...progress, findings, expiresAt } satisfies Item,
    ConditionExpression: 'attribute_not_exists(PK) OR saves < :saves',
    ExpressionAttributeValues: { ':saves': progress.saves },
  };
}

function querySegments(run: string): QueryRequest {
  return {
    // The workers have just saved the last of it.
    ConsistentRead: true,
    KeyConditionExpression: 'PK = :run',
    ExpressionAttributeValues: { ':run': runPartition(run) },
    ScanIndexForward: true,
  };
}

function segmentTaken({ run, segment }: SegmentWork): CliptagError {
  return new CliptagError(
    'segment-taken',
    `Expected to be the only one that works on segment ${segment.segment} of ${run}`,
  );
}

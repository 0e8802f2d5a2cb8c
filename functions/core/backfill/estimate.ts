import { type CostLine, costLine, onceLines, type TaggingVolume, total } from '../cost/cost.ts';
import { DYNAMODB, LAMBDA, S3, SQS, STEP_FUNCTIONS } from '../cost/prices.ts';
import { MESSAGES_PER_REQUEST } from './message-queue.ts';
import type { BackfillPlan } from './plan.ts';

/** How a deployed backfill feeds the queue; infra/constructs/workflows/backfill-workflow.ts decides it. */
export interface FeedingPace {
  /** Maximum rate of all feeders together. */
  readonly objectsPerSecond: number;
  /** Feeding functions that work at once. */
  readonly feeders: number;
  readonly feederMemoryMegabytes: number;
  /** Listed objects that a feeder gets at a time. */
  readonly batchObjects: number;
}

/** What a backfill works on, and with what. */
export interface BackfillVolume extends Omit<TaggingVolume, 'images'> {
  readonly plan: BackfillPlan;
  readonly pace: FeedingPace;
  /** Tagging functions that work on the queue at once. */
  readonly maximumConcurrency: number;
}

/** Cost in US dollars, part by part and in all, and time. */
export interface BackfillEstimate {
  readonly cost: readonly CostLine[];
  readonly dollars: number;
  readonly seconds: number;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const OBJECTS_PER_LISTING = 1_000;
/** The bucket is listed twice: to count, and to feed. */
const LISTINGS = 2;
/** Read units of an eventually consistent read of up to 4 KB. */
const UNITS_PER_LOOK = 0.5;
/** State transitions of each batch's own execution (start and task), and of the run around them. */
const TRANSITIONS = { batch: 2, run: 6 } as const;

/** What a deployed backfill costs, and how long it takes if nothing else is tagged meanwhile. */
export function estimateBackfill(volume: BackfillVolume): BackfillEstimate {
  const { plan, pace, maximumConcurrency, millisecondsPerImage } = volume;
  const { wanted } = plan;
  const cost = wanted === 0 ? feedingLines(volume) : [...taggingLines(volume), ...feedingLines(volume)];
  const secondsOfTagging = (wanted * millisecondsPerImage) / 1_000 / maximumConcurrency;
  return {
    cost,
    dollars: total(cost),
    seconds: Math.max(secondsOfTagging, wanted / pace.objectsPerSecond),
  };
}

/** What tagging the wanted objects costs: as with uploads, but for the sending of messages. */
function taggingLines({ plan, ...volume }: BackfillVolume): CostLine[] {
  const lines = onceLines({ ...volume, images: plan.wanted }).filter(({ part }) => part !== 'SQS');
  const received = Math.ceil(plan.wanted / volume.batchSize);
  // A batch is received and deleted as a whole.
  const requests = Math.ceil(plan.wanted / MESSAGES_PER_REQUEST) + 2 * received;
  return [
    ...lines,
    costLine('SQS', requests, 'requests', SQS.request),
    costLine('S3 looks', plan.wanted, 'HEAD requests', S3.getRequest),
  ];
}

function feedingLines({ plan, pace, architecture }: BackfillVolume): CostLine[] {
  const { listed, wanted, settled } = plan;
  const batches = Math.ceil(listed / pace.batchObjects);
  const seconds = (wanted * pace.feeders) / pace.objectsPerSecond;
  const gigabyteSeconds = (seconds * pace.feederMemoryMegabytes) / 1_024;
  const looks = LISTINGS * (wanted + settled);
  const listRequests = LISTINGS * Math.ceil(listed / OBJECTS_PER_LISTING);
  const transitions = batches * TRANSITIONS.batch + TRANSITIONS.run;
  return [
    costLine('Backfill: S3 listings', listRequests, 'LIST requests', S3.listRequest),
    costLine('Backfill: DynamoDB reads', looks * UNITS_PER_LOOK, 'read units', DYNAMODB.readUnit),
    costLine('Backfill: Lambda', gigabyteSeconds, 'GB-seconds', LAMBDA.gigabyteSecond[architecture]),
    costLine('Backfill: Step Functions', transitions, 'transitions', STEP_FUNCTIONS.stateTransition),
  ];
}

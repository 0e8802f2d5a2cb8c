/**
 * List prices in US dollars, before taxes, discounts and free tiers; AWS in us-east-1. Looked up on {@link PRICES_AS_OF}.
 */
export const PRICES_AS_OF = '2026-11';
export const PRICES_REGION = 'us-east-1';

/** For each architecture, the first tier. https://aws.amazon.com/lambda/pricing/ */
export const LAMBDA = {
  gigabyteSecond: { arm64: 0.000_013_333_4, x86_64: 0.000_016_666_7 },
  request: 0.2e-6,
} as const;

/** On demand, standard table class; vectors by the gigabyte written to their index, and examined in it. https://aws.amazon.com/dynamodb/pricing/on-demand/ */
export const DYNAMODB = {
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  gigabyteMonth: 0.25,
  vectorWriteGigabyte: 0.52,
  vectorSearchGigabyte: 0.002,
} as const;

/** Standard queue. https://aws.amazon.com/sqs/pricing/ */
export const SQS = { request: 0.4e-6 } as const;

/**
 * S3 Standard; HEAD costs what GET does, LIST what PUT does; a tag and month since March 2025.
 * https://aws.amazon.com/s3/pricing/
 */
export const S3 = { getRequest: 0.4e-6, putRequest: 5e-6, listRequest: 5e-6, tagMonth: 0.65e-6 } as const;

/** Custom events, 64 KB each. https://aws.amazon.com/eventbridge/pricing/ */
export const EVENTBRIDGE = { event: 1e-6 } as const;

/** Standard workflows. https://aws.amazon.com/step-functions/pricing/ */
export const STEP_FUNCTIONS = { stateTransition: 25e-6 } as const;

/** Standard log class. https://aws.amazon.com/cloudwatch/pricing/ */
export const CLOUDWATCH = { logGigabyte: 0.5 } as const;

/** What one more unit costs once `from` units of the month have been used. */
export interface Tier {
  readonly from: number;
  readonly price: number;
}

/** Per image and month. https://aws.amazon.com/rekognition/pricing/ (DetectLabels, group 2) */
export const REKOGNITION_LABELS: readonly Tier[] = [
  { from: 0, price: 0.001 },
  { from: 1_000_000, price: 0.0008 },
  { from: 5_000_000, price: 0.0006 },
  { from: 35_000_000, price: 0.000_25 },
];

/** Per image and month. https://cloud.google.com/vision/pricing (label detection) */
export const GOOGLE_VISION_LABELS: readonly Tier[] = [
  { from: 0, price: 0.0015 },
  { from: 5_000_000, price: 0.001 },
];

/** What the units of one month cost. */
export function tieredPrice(units: number, tiers: readonly Tier[]): number {
  return tiers.reduce((sum, { from, price }, i) => {
    const to = tiers[i + 1]?.from ?? Number.POSITIVE_INFINITY;
    return sum + price * Math.max(0, Math.min(units, to) - from);
  }, 0);
}

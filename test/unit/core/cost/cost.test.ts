import { describe, expect, it } from 'vitest';
import {
  estimateCost,
  estimatedMilliseconds,
  type TaggingVolume,
  writeUnits,
} from '../../../../functions/core/cost/cost.ts';
import { decodeMilliseconds } from '../../../../functions/core/cost/measured-usage.ts';
import {
  GOOGLE_VISION_LABELS,
  REKOGNITION_LABELS,
  tieredPrice,
} from '../../../../functions/core/cost/prices.ts';

const volume = (changes: Partial<TaggingVolume> = {}): TaggingVolume => ({
  images: 1_000_000,
  tags: 5,
  architecture: 'x86_64',
  memoryMegabytes: 2_048,
  millisecondsPerImage: 30,
  batchSize: 10,
  events: false,
  objectTags: 0,
  indexedDimensions: 0,
  ...changes,
});
const dollarsOf = (part: string, changes?: Partial<TaggingVolume>) => {
  const { once, monthly } = estimateCost(volume(changes));
  return [...once, ...monthly].find((line) => line.part === part)?.dollars;
};

describe('what a million images cost', () => {
  it.each<[string, number]>([
    // 1,000,000 × 0.030 s × 2 GB = 60,000 GB-seconds × $0.0000166667
    ['Lambda computing', 1.000_002],
    // 100,000 × $0.20 / 1,000,000
    ['Lambda requests', 0.02],
    // 1,000,000 sent + 100,000 received + 100,000 deleted = 1,200,000 × $0.40 / 1,000,000
    ['SQS', 0.48],
    ['S3 reads', 0.4],
    // 9 units × 1,000,000 × $0.625 / 1,000,000
    ['DynamoDB writes', 5.625],
    ['DynamoDB reads', 0.125],
    // 0.685 GB × $0.50
    ['CloudWatch logs', 0.3425],
    // 2,014 + 203 + 5 × 308 bytes and 7 × 100 bytes of overhead = 4.457 GB × $0.25
    ['DynamoDB storage', 1.114_25],
  ])('%s: $%d', (part, dollars) => {
    expect(dollarsOf(part)).toBeCloseTo(dollars, 6);
  });

  it.each<[string, number]>([
    // 11 units × 1,000,000 × $0.625 / 1,000,000: 2,006 and 2,057 bytes make four units instead of two
    ['DynamoDB writes', 6.875],
    // (4 × 512 + 9 + 300) bytes × 1,000,000 = 2.357 GB × $0.52
    ['DynamoDB vector writes', 1.225_64],
    // 2,057 + 2,357 + 100 bytes = 4.514 GB × $0.25
    ['DynamoDB vectors', 1.1285],
  ])('%s, with a vector index of 512 dimensions: $%d', (part, dollars) => {
    expect(dollarsOf(part, { indexedDimensions: 512 })).toBeCloseTo(dollars, 6);
  });

  it.each<[string, number]>([
    // 1,000,000 × $1 / 1,000,000
    ['EventBridge', 1],
    ['S3 tags read', 0.4],
    // 1,000,000 × $0.005 / 1,000
    ['S3 tags written', 5],
    ['DynamoDB reads for them', 0.125],
    // 5,000,000 tags × $0.0065 / 10,000
    ['S3 tag storage', 3.25],
  ])('%s, where results are told there too: $%d', (part, dollars) => {
    expect(dollarsOf(part, { events: true, objectTags: 5 })).toBeCloseTo(dollars, 6);
    expect(dollarsOf(part)).toBeUndefined();
  });

  it('is the sum of its parts', () => {
    const { onceDollars, monthlyDollars } = estimateCost(volume());
    expect(onceDollars).toBeCloseTo(1.000_002 + 0.02 + 0.48 + 0.4 + 5.625 + 0.125 + 0.3425, 6);
    expect(monthlyDollars).toBeCloseTo(1.114_25, 6);
  });

  it('is less on arm64: 60,000 GB-seconds × $0.0000133334', () => {
    expect(dollarsOf('Lambda computing', { architecture: 'arm64' })).toBeCloseTo(0.800_004, 6);
  });

  it('counts the last batch, which is not full', () => {
    expect(dollarsOf('Lambda requests', { images: 11 })).toBeCloseTo(2 * 0.2e-6, 12);
    expect(dollarsOf('SQS', { images: 11 })).toBeCloseTo((11 + 4) * 0.4e-6, 12);
  });
});

describe('write units of an image', () => {
  it.each([
    [0, { record: 2, index: 1, entries: 0, note: 0 }],
    [5, { record: 2, index: 1, entries: 5, note: 1 }],
    // 2,014 + 1 × 40 bytes are more than two units hold.
    [6, { record: 3, index: 1, entries: 6, note: 1 }],
  ])('with %i tags', (tags, units) => {
    expect(writeUnits(tags)).toEqual(units);
  });
});

describe('tiers', () => {
  it.each([
    [1, 0.001],
    [1_000_000, 1_000],
    // 1,000 + 4,000,000 × 0.0008
    [5_000_000, 4_200],
    // 4,200 + 1,000,000 × 0.0006
    [6_000_000, 4_800],
    // 4,200 + 30,000,000 × 0.0006 + 1,000,000 × 0.00025
    [36_000_000, 22_450],
  ])('of Amazon Rekognition: %i images', (images, dollars) => {
    expect(tieredPrice(images, REKOGNITION_LABELS)).toBeCloseTo(dollars, 6);
  });

  it.each([
    [1_000_000, 1_500],
    // 5,000,000 × 0.0015 + 1,000,000 × 0.001
    [6_000_000, 8_500],
  ])('of Google Cloud Vision: %i images', (images, dollars) => {
    expect(tieredPrice(images, GOOGLE_VISION_LABELS)).toBeCloseTo(dollars, 6);
  });
});

describe('the time per image', () => {
  it('decodes as measured, and in between by a straight line', () => {
    expect(decodeMilliseconds(2)).toBe(10.6);
    expect(decodeMilliseconds(12)).toBeCloseTo(35.8, 9);
    expect(decodeMilliseconds(7)).toBeCloseTo(23.2, 9);
  });

  it('adds decoding, encoding and requests of one core, and is shared by the processors of the memory', () => {
    // 10.6 + 26 + (3 + 4 + 1) × 4.5 / 7
    const image = { megapixels: 2, tags: 4 };
    expect(estimatedMilliseconds('vit-b-32-openai', { ...image, memoryMegabytes: 1_769 })).toBeCloseTo(
      36.6 + 36 / 7,
      9,
    );
    expect(estimatedMilliseconds('vit-b-32-openai', { ...image, memoryMegabytes: 3_538 })).toBeCloseTo(
      18.3 + 18 / 7,
      9,
    );
  });
});

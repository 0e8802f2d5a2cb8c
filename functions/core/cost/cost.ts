import {
  decodeMilliseconds,
  ENCODE_MILLISECONDS,
  LOG_LINE_BYTES,
  RECORD_BYTES,
  REQUEST_MILLISECONDS,
  VECTOR_BYTES,
} from './measured-usage.ts';
import {
  CLOUDWATCH,
  DYNAMODB,
  EVENTBRIDGE,
  GOOGLE_VISION_LABELS,
  LAMBDA,
  REKOGNITION_LABELS,
  S3,
  SQS,
  tieredPrice,
} from './prices.ts';

/** How many images are tagged, and how. */
export interface TaggingVolume {
  readonly images: number;
  /** Tags per image, at least 0. */
  readonly tags: number;
  readonly architecture: 'arm64' | 'x86_64';
  readonly memoryMegabytes: number;
  /** Milliseconds that Lambda bills per image: the duration of a batch, divided by its images. */
  readonly millisecondsPerImage: number;
  /** Images per invocation. */
  readonly batchSize: number;
  /** Whether an event is sent for each image. */
  readonly events: boolean;
  /** S3 object tags that each image gets; with 0, none are read or written. */
  readonly objectTags: number;
  /** Size of the embeddings that a vector index holds; with 0, there is none. */
  readonly indexedDimensions: number;
}

export interface CostLine {
  readonly part: string;
  readonly quantity: number;
  readonly unit: string;
  readonly dollars: number;
}

export interface CostEstimate {
  /** Paid once for these images. */
  readonly once: readonly CostLine[];
  readonly onceDollars: number;
  /** Paid every month as long as the tags are kept. */
  readonly monthly: readonly CostLine[];
  readonly monthlyDollars: number;
  /** What label detection costs elsewhere, all images in one month. */
  readonly elsewhere: { readonly rekognition: number; readonly googleVision: number };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MEGABYTES_PER_PROCESSOR = 1_769;

/**
 * Billed milliseconds per image when nothing else is known: decoding, encoding and requests on one core, spread over the
 * processors that come with the memory (a batch has images enough for all of them). Waiting for S3 and DynamoDB is left
 * out: other images of the batch are worked on meanwhile.
 *
 * @param model one of {@link ENCODE_MILLISECONDS}
 */
export function estimatedMilliseconds(
  model: keyof typeof ENCODE_MILLISECONDS,
  { megapixels, tags, memoryMegabytes }: { megapixels: number; tags: number; memoryMegabytes: number },
): number {
  // For the object, the earlier record, the new one, an entry for each tag, and the note of them.
  const requests = 3 + tags + Math.sign(tags);
  const ofOneCore =
    decodeMilliseconds(megapixels) + (ENCODE_MILLISECONDS[model] ?? 0) + requests * REQUEST_MILLISECONDS;
  return (ofOneCore * MEGABYTES_PER_PROCESSOR) / memoryMegabytes;
}

/** Write units of one image, by what they are for. */
export interface WriteUnits {
  readonly record: number;
  /** The index by status. */
  readonly index: number;
  readonly entries: number;
  /** What is about to be put, noted so that a crash leaves nothing behind. */
  readonly note: number;
}

export function writeUnits(tags: number, indexedDimensions = 0): WriteUnits {
  return {
    record: Math.ceil((recordBytes(tags) + vectorBytes(indexedDimensions)) / 1_024),
    index: 1,
    entries: tags,
    note: Math.ceil((tags * RECORD_BYTES.eachNoted + RECORD_BYTES.note) / 1_024) * Math.sign(tags),
  };
}

/** What tagging these images costs, part by part. */
export function estimateCost(volume: TaggingVolume): CostEstimate {
  const once = onceLines(volume);
  const monthly = [storageLine(volume), ...vectorStorageLines(volume), ...tagStorageLines(volume)];
  const { images } = volume;
  return {
    once,
    onceDollars: total(once),
    monthly,
    monthlyDollars: total(monthly),
    elsewhere: {
      rekognition: tieredPrice(images, REKOGNITION_LABELS),
      googleVision: tieredPrice(images, GOOGLE_VISION_LABELS),
    },
  };
}

/** {@link CostEstimate.once} alone. */
export function onceLines(volume: TaggingVolume): CostLine[] {
  const { images, tags, architecture, memoryMegabytes, millisecondsPerImage, batchSize, indexedDimensions } =
    volume;
  const invocations = Math.ceil(images / batchSize);
  const gigabyteSeconds = ((images * millisecondsPerImage) / 1_000) * (memoryMegabytes / 1_024);
  const units = writeUnits(tags, indexedDimensions);
  return [
    costLine('Lambda computing', gigabyteSeconds, 'GB-seconds', LAMBDA.gigabyteSecond[architecture]),
    costLine('Lambda requests', invocations, 'requests', LAMBDA.request),
    // Each message is sent by itself; a batch is received and deleted as a whole.
    costLine('SQS', images + 2 * invocations, 'requests', SQS.request),
    costLine('S3 reads', images, 'GET requests', S3.getRequest),
    costLine(
      'DynamoDB writes',
      images * (units.record + units.index + units.entries + units.note),
      'write units',
      DYNAMODB.writeUnit,
    ),
    // A consistent read of the record that an earlier event may have left: a read of nothing costs one unit, too.
    costLine('DynamoDB reads', images, 'read units', DYNAMODB.readUnit),
    ...vectorLines(volume),
    costLine('CloudWatch logs', (images * LOG_LINE_BYTES) / 1e9, 'GB', CLOUDWATCH.logGigabyte),
    ...channelLines(volume),
  ];
}

/**
 * What an indexed embedding takes, in the table as in the index: four bytes a dimension, whatever numbers it holds.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/VectorSearchStorage.html
 */
function vectorBytes(indexedDimensions: number): number {
  return 4 * indexedDimensions + (indexedDimensions > 0 ? VECTOR_BYTES.attributeName : 0);
}

/** In the vector index, an entry has the image's own keys and the filters as well. */
function vectorEntryBytes(indexedDimensions: number): number {
  return vectorBytes(indexedDimensions) + VECTOR_BYTES.keysAndFilters;
}

function vectorLines({ images, indexedDimensions }: TaggingVolume): CostLine[] {
  if (indexedDimensions === 0) return [];
  const gigabytes = (images * vectorEntryBytes(indexedDimensions)) / 1e9;
  return [costLine('DynamoDB vector writes', gigabytes, 'GB', DYNAMODB.vectorWriteGigabyte)];
}

/** What result events and object tags cost. */
function channelLines({ images, events, objectTags }: TaggingVolume): CostLine[] {
  return [
    ...(events ? [costLine('EventBridge', images, 'events', EVENTBRIDGE.event)] : []),
    ...(objectTags > 0
      ? [
          costLine('S3 tags read', images, 'GET requests', S3.getRequest),
          costLine('S3 tags written', images, 'PUT requests', S3.putRequest),
          // A consistent read of the record, of about 2 KB, after the tags have been written.
          costLine('DynamoDB reads for them', images, 'read units', DYNAMODB.readUnit),
        ]
      : []),
  ];
}

/** The index, and the vectors in the table itself. */
function vectorStorageLines({ images, indexedDimensions }: TaggingVolume): CostLine[] {
  if (indexedDimensions === 0) return [];
  const bytes = vectorBytes(indexedDimensions) + vectorEntryBytes(indexedDimensions) + STORAGE_OVERHEAD_BYTES;
  return [costLine('DynamoDB vectors', (images * bytes) / 1e9, 'GB', DYNAMODB.gigabyteMonth)];
}

function tagStorageLines({ images, objectTags }: TaggingVolume): CostLine[] {
  return objectTags > 0 ? [costLine('S3 tag storage', images * objectTags, 'tags', S3.tagMonth)] : [];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const STORAGE_OVERHEAD_BYTES = 100;

function storageLine({ images, tags }: TaggingVolume): CostLine {
  const items = 2 + tags;
  const bytes = recordBytes(tags) + RECORD_BYTES.indexEntry + tags * RECORD_BYTES.labelEntry;
  const gigabytes = (images * (bytes + items * STORAGE_OVERHEAD_BYTES)) / 1e9;
  return costLine('DynamoDB storage', gigabytes, 'GB', DYNAMODB.gigabyteMonth);
}

function recordBytes(tags: number): number {
  return RECORD_BYTES.withFiveTags + (tags - 5) * RECORD_BYTES.eachTag;
}

/** One part of an estimate; `price` in US dollars per unit. */
export function costLine(part: string, quantity: number, unit: string, price: number): CostLine {
  return { part, quantity, unit, dollars: quantity * price };
}

/** In US dollars. */
export function total(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { dollars }) => sum + dollars, 0);
}

import type { Embedding } from './labels/embedding.ts';
import type { ListedObject } from './objects/listed-object.ts';
import type { ObjectReference } from './objects/object.ts';
import type { PixelSpec, Pixels } from './pixels/pixels.ts';
import type {
  BatchReadRequest,
  Item,
  QueryRequest,
  ReadRequest,
  WriteRequest,
} from './records/image-record.ts';
import type { ScanPage, ScanRequest } from './records/table-scan.ts';
import type { ObjectTag } from './results/object-tags.ts';
import type { ResultEvent } from './results/result-event.ts';

/** The bucket, as the pipeline needs it. */
export interface ObjectStore {
  /**
   * The bytes of exactly the state that the reference speaks of.
   *
   * @throws {ObjectSuperseded} when the object is gone or has been overwritten since
   * @throws {ImageFault} `too-large`, before the body is read
   */
  fetch(object: ObjectReference, maximumBytes: number): Promise<Uint8Array>;
  /** The object's current state, or undefined when there is none. */
  current(object: Pick<ObjectReference, 'bucket' | 'key'>): Promise<CurrentObject | undefined>;
}

export type CurrentObject = Pick<ObjectReference, 'versionId' | 'eTag' | 'sizeBytes'>;

/** What is in a bucket. */
export interface ObjectListing {
  /** Page by page, in the order of the keys; the prefix may be empty. */
  list(scope: { bucket: string; prefix: string }): AsyncIterable<readonly ListedObject[]>;
}

/** The queue that the tagger works on, from its other end. */
export interface MessageQueue {
  /** How many messages wait, approximately. */
  depth(): Promise<number>;
  /**
   * Sends the bodies, 10 at most; none is lost when this resolves.
   *
   * @throws {CliptagError} `not-sent` when the queue keeps refusing one
   */
  send(bodies: readonly string[]): Promise<void>;
}

export interface PixelDecoder {
  /** @throws {ImageFault} for every permanent fault of the image */
  decode(bytes: Uint8Array, spec: PixelSpec): Promise<Pixels>;
}

export interface ImageEncoder {
  readonly modelDigest: string;
  readonly pixelSpec: PixelSpec;
  /** One unit embedding per image, in order. */
  encode(images: readonly Pixels[]): Promise<readonly Embedding[]>;
}

export interface PromptEncoder {
  readonly modelDigest: string;
  /** The model's learned multiplier of cosines, already exponentiated. */
  readonly logitScale: number;
  /** Added to every logit by a model that was trained to judge each label by itself (sigmoid); others have none. */
  readonly logitBias?: number;
  /** One unit embedding per text, in order. */
  encode(texts: readonly string[]): Promise<readonly Embedding[]>;
}

/** The table, as a sender of the requests that `records.ts` and `label-entries.ts` build. */
export interface TagTable {
  read(request: ReadRequest): Promise<Item | undefined>;
  /** False when the request's condition did not hold: somebody else wrote first. */
  write(request: WriteRequest): Promise<boolean>;
  /** The items in the order of the keys asked for; those that don't exist are left out. */
  readBatch(request: BatchReadRequest): Promise<readonly Item[]>;
  /** Page by page, in the index's order. */
  query(request: QueryRequest): AsyncIterable<readonly Item[]>;
  /** How many items a query would give. */
  count(request: QueryRequest): Promise<number>;
}

/** The table, for those who have to see all of it. */
export interface ScannableTable extends TagTable {
  /** Every item of one segment, page by page, in no order that means anything. */
  scan(request: ScanRequest): AsyncIterable<ScanPage>;
}

/** Whoever wants to know what became of images. */
export interface ResultEvents {
  /** Resolves once the event has been accepted, and rejects when it has not: the others of its batch don't matter. */
  publish(event: ResultEvent): Promise<void>;
}

/** The tags that an object carries in its bucket. */
export interface ObjectTags {
  /** Undefined when the object is gone. */
  read(object: ObjectReference): Promise<readonly ObjectTag[] | undefined>;
  /** Replaces all of them; does nothing when the object is gone. */
  write(object: ObjectReference, tags: readonly ObjectTag[]): Promise<void>;
}

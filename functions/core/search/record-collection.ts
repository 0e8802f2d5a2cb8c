import { dot, embeddingFromBytes } from '../labels/embedding.ts';
import type { LabelTerm } from '../records/find-images.ts';
import type { ChangingCollection, CollectedRecord, LabelCount } from './image-collection.ts';
import { imageTime } from './image-time.ts';
import { mostFrequentFirst } from './label-counts.ts';

interface Row {
  readonly record: CollectedRecord;
  readonly time: number;
  /** By the label's number. */
  readonly scores: ReadonlyMap<number, number>;
  readonly embedding: Float32Array | undefined;
}

/**
 * A collection that keeps records as they are, and exact embeddings: for one image whose record is at hand, for small
 * tables and for tests.
 */
export function recordCollection(
  modelDigest: string,
  records: Iterable<CollectedRecord> = [],
): ChangingCollection {
  const rows: Row[] = [];
  const rowNumbers = new Map<string, number>();
  const terms: LabelTerm[] = [];
  const labelNumbers = new Map<string, number>();
  let version = 0;

  const numberOf = (term: LabelTerm): number => {
    const key = labelKey(term);
    const known = labelNumbers.get(key);
    if (known !== undefined) return known;
    labelNumbers.set(key, terms.length);
    return terms.push({ set: term.set, label: term.label }) - 1;
  };
  const rowFrom = (record: CollectedRecord): Row => ({
    record,
    time: imageTime(record),
    scores: new Map(record.tags.map((tag) => [numberOf(tag), tag.score])),
    embedding:
      record.embedding && record.modelDigest === modelDigest
        ? embeddingFromBytes(record.embedding, modelDigest).values
        : undefined,
  });
  const take = (record: CollectedRecord) => {
    const row = rowNumbers.get(imageName(record)) ?? rows.length;
    const present = rows[row]?.record;
    if (present && !isNewer(record, present)) return;
    rowNumbers.set(imageName(record), row);
    rows[row] = rowFrom(record);
    version++;
  };
  for (const record of records) take(record);

  const recordOf = (row: number): CollectedRecord => {
    const record = rows[row]?.record;
    if (!record) throw new RangeError(`Expected a row below ${rows.length} but received ${row}`);
    return record;
  };
  const isThere = (row: number) => rows[row] !== undefined && recordOf(row).status !== 'deleted';
  return {
    get rowCount() {
      return rows.length;
    },
    get version() {
      return version;
    },
    modelDigest,
    take,
    isThere,
    bucketOf: (row) => recordOf(row).bucket,
    keyOf: (row) => recordOf(row).key,
    statusOf: (row) => recordOf(row).status,
    rowOf(image) {
      const row = rowNumbers.get(imageName(image)) ?? -1;
      return isThere(row) ? row : -1;
    },
    labelNumber: (term) => labelNumbers.get(labelKey(term)),
    labelCounts: () =>
      labelCounts(
        rows.filter((_, row) => isThere(row)),
        terms,
      ),
    scoreOf: (row, labelNumber) => rows[row]?.scores.get(labelNumber) ?? -1,
    forEachLabel(row, each) {
      for (const number of rows[row]?.scores.keys() ?? []) each(number);
    },
    termOf(labelNumber) {
      const term = terms[labelNumber];
      if (!term)
        throw new RangeError(`Expected a label number below ${terms.length} but received ${labelNumber}`);
      return term;
    },
    timeOf: (row) => rows[row]?.time ?? Number.NaN,
    pixelsOf: (row) => (recordOf(row).width ?? Number.NaN) * (recordOf(row).height ?? Number.NaN),
    bytesOf: (row) => recordOf(row).sizeBytes ?? Number.NaN,
    cameraOf: (row) => recordOf(row).camera,
    latitudeOf: (row) => recordOf(row).latitude ?? Number.NaN,
    longitudeOf: (row) => recordOf(row).longitude ?? Number.NaN,
    hashOf: (row) => hashHalves(recordOf(row).differenceHash),
    hasEmbedding: (row) => isThere(row) && rows[row]?.embedding !== undefined,
    get embeddingSize() {
      return rows.find(({ embedding }) => embedding !== undefined)?.embedding?.length;
    },
    cosineOf(row, other) {
      const [first, second] = [rows[row]?.embedding, rows[other]?.embedding];
      return first && second ? dot(first, second) : Number.NaN;
    },
    cosines: (vector) =>
      Float32Array.from(rows, (row, number) =>
        row.embedding && isThere(number) ? dot(row.embedding, vector) : Number.NaN,
      ),
  };
}

/** Identity of an image: no bucket's name has a `/`. */
export function imageName({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  return `${bucket}/${key}`;
}

function labelKey({ set, label }: LabelTerm): string {
  return `${set}:${label}`;
}

/** A later event, or another write of the record after the same one. */
function isNewer(record: CollectedRecord, present: CollectedRecord): boolean {
  return record.sequencer === present.sequencer
    ? record.revision > present.revision
    : record.sequencer > present.sequencer;
}

function labelCounts(rows: readonly Row[], terms: readonly LabelTerm[]): readonly LabelCount[] {
  const counts = new Uint32Array(terms.length);
  for (const { scores } of rows)
    for (const number of scores.keys()) counts[number] = (counts[number] ?? 0) + 1;
  return mostFrequentFirst(counts, (number) => terms[number] as LabelTerm);
}

export function hashHalves(hash: string | undefined): readonly [number, number] | undefined {
  if (hash === undefined || !/^[0-9a-f]{16}$/i.test(hash)) return undefined;
  return [Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8), 16)];
}

import { isDeepStrictEqual } from 'node:util';
import type { Tag } from '../../../functions/core/labels/scores.ts';
import {
  type CorrectionChange,
  changedCorrections,
} from '../../../functions/core/records/changed-corrections.ts';
import {
  type Correction,
  correctedTags,
  labelIdentity,
} from '../../../functions/core/records/corrections.ts';
import {
  type FoundImage,
  findImages,
  type LabelQuery,
  type LabelTerm,
  type WantedLabel,
} from '../../../functions/core/records/find-images.ts';
import {
  type ImageRecord,
  imageRecordOf,
  readImageRecord,
} from '../../../functions/core/records/image-record.ts';
import { labelEntryOf, queryLabelEntries } from '../../../functions/core/records/label-entries.ts';
import { shardPartition, wholePartition } from '../../../functions/core/records/shard-places.ts';
import { readShards } from '../../../functions/core/records/table-shards.ts';
import type { Item, PrimaryKey, TagTable, WriteRequest } from '../../../functions/core/records/tag-table.ts';
import { EVERY_LABEL } from './fake-taggers.ts';
import { entryIdentity } from './tagging-run.ts';

/** Key → tags of every image that is tagged, at one moment. */
type Moment = ReadonlyMap<string, readonly Tag[]>;

/**
 * Follows the image records, which are the truth, from write to write, and compares what queries answer with them.
 * `table` is the table itself; queries read `seen`, which may show something else.
 */
export class TruthKeeper {
  private readonly records = new Map<string, ImageRecord>();
  private readonly states = new Map<string, ImageRecord>();
  private readonly forgotten = new Map<string, number>();
  private readonly moments: Moment[] = [new Map()];

  constructor(
    private readonly table: TagTable,
    private readonly seen: TagTable,
    private readonly bucket: string,
  ) {}

  /** The number of the present moment; each write of an image record begins another. */
  now(): number {
    return this.moments.length - 1;
  }

  record(key: string): ImageRecord | undefined {
    return this.records.get(key);
  }

  /** DynamoDB has removed the record. */
  forget(key: string): void {
    this.records.delete(key);
    this.forgotten.set(key, this.life(key) + 1);
    this.moments.push(tagsByKey(this.records));
  }

  /** How often DynamoDB has removed an image's record, after which the next one begins anew and may count the same. */
  life(key: string): number {
    return this.forgotten.get(key) ?? 0;
  }

  /** An image's record after that write of it, in one of its lives. */
  state(life: number, key: string, sequencer: string, revision: number): ImageRecord | undefined {
    return this.states.get(JSON.stringify([life, key, sequencer, revision]));
  }

  /**
   * Checks, after each write, the answers for all labels that it touched, and that corrections are what they were.
   *
   * @param change what the writer says of the image's labels
   */
  async check(request: WriteRequest, change: CorrectionChange = {}): Promise<void> {
    const item: PrimaryKey = request.kind === 'put' ? request.Item : request.Key;
    if (item.PK.startsWith('LABEL#')) return this.checkLabel(labelOf(item));
    if (item.SK !== 'IMAGE') return;
    const key = item.PK.slice(`IMAGE#${this.bucket}/`.length);
    const before = this.records.get(key);
    const stored = await this.table.read(readImageRecord({ bucket: this.bucket, key }));
    const after = stored && imageRecordOf(stored);
    if (!after) return;
    this.records.set(key, after);
    this.states.set(JSON.stringify([this.life(key), key, after.sequencer, after.revision]), after);
    if (after.revision === before?.revision) return;
    if (before && after.sequencer < before.sequencer) {
      throw new Error(`${key}: the record of ${before.sequencer} was replaced by that of ${after.sequencer}`);
    }
    this.checkCorrections(before, after, change);
    this.moments.push(tagsByKey(this.records));
    const touched = [...(before?.tags ?? []), ...after.tags].map(({ set, label }) =>
      JSON.stringify({ set, label }),
    );
    for (const term of new Set(touched)) await this.checkLabel(JSON.parse(term));
  }

  /** Checks that a write has lost no correction, and has made none up. */
  private checkCorrections(
    before: ImageRecord | undefined,
    after: ImageRecord,
    change: CorrectionChange,
  ): void {
    const { key, status, corrections = [], recordedAt } = after;
    const next = changedCorrections(before?.corrections ?? [], change, new Date(recordedAt));
    const expected = status === 'deleted' ? [] : next.map(saidOf);
    if (isDeepStrictEqual(corrections.map(saidOf), expected)) return;
    throw new Error(
      `${key}: expected ${JSON.stringify(expected)} but received ${JSON.stringify(corrections)}`,
    );
  }

  /** Checks that a record says what a person has said of it. */
  checkCorrected(
    { key, status, tags, corrections = [] }: ImageRecord,
    { add = [], remove = [] }: CorrectionChange,
  ): void {
    const said = new Map(corrections.map((one) => [labelIdentity(one), one.isThere]));
    const isDone =
      add.every((label) => said.get(labelIdentity(label)) === true) &&
      remove.every((label) => said.get(labelIdentity(label)) === false);
    if (!isDone) throw new Error(`${key}: a correction is not there: ${JSON.stringify(corrections)}`);
    if (status === 'tagged' && !isDeepStrictEqual(correctedTags(tags, corrections), tags))
      throw new Error(`${key}: tags are not corrected`);
  }

  /** Checks that a label's query gives exactly the images whose records carry the label at this moment. */
  async checkLabel(term: LabelTerm): Promise<void> {
    const query: LabelQuery = { labels: [term], match: 'any', not: [], minimumScore: 0, bucket: this.bucket };
    this.checkAnswer(await collected(findImages(query, this.seen)), query, this.now());
  }

  /**
   * Checks an answer that took from moment `started` until now: every image in it fulfilled the query at some moment of
   * that time, and every image that fulfilled it with the same tags all that time is in it.
   */
  checkAnswer(answer: readonly FoundImage[], query: LabelQuery, started: number): void {
    const moments = this.moments.slice(started);
    const found = new Map(answer.map((image) => [image.key, image]));
    const fault = (text: string) => {
      throw new Error(`${text} by ${JSON.stringify(query)}: ${JSON.stringify(answer)}`);
    };
    if (found.size !== answer.length) fault('An image was found twice');
    if (answer.some(({ score }, i) => score > (answer[i - 1]?.score ?? 1))) fault('The best is not first');
    for (const { key, score, tags } of answer) {
      const wasTrue = moments.some((moment) => isDeepStrictEqual(moment.get(key), tags));
      if (!wasTrue || !scoresOf(tags, key, query).includes(score)) fault(`${key} was found with a stale tag`);
    }
    for (const [key, tags] of moments[0] ?? []) {
      const stayed = moments.every((moment) => isDeepStrictEqual(moment.get(key), tags));
      if (stayed && scoresOf(tags, key, query).length > 0 && !found.has(key)) fault(`${key} was missed`);
    }
  }

  /** Wherever they stand, copies too. */
  private async entriesOf({ set, label }: LabelTerm): Promise<readonly Item[]> {
    const request = queryLabelEntries(set, label);
    const { ':label': partition, ...values } = request.ExpressionAttributeValues;
    const items: Item[] = [];
    const { shards } = await readShards(this.table);
    for (let shard = 0; shard < shards; shard++) {
      const ExpressionAttributeValues = { ...values, ':label': shardPartition(String(partition), shard) };
      for await (const page of this.table.query({ ...request, ExpressionAttributeValues }))
        items.push(...page);
    }
    return items;
  }

  /** Keys of the label entries that no image record confirms, with their sequencers. */
  async garbage(): Promise<ReadonlyArray<{ identity: string; key: string; sequencer: string }>> {
    const items: Item[] = [];
    for (const { set, label } of EVERY_LABEL) {
      items.push(...(await this.entriesOf({ set, label })));
    }
    return items
      .map((item) => ({ identity: entryIdentity(item as unknown as PrimaryKey), ...labelEntryOf(item) }))
      .filter(({ bucket, key, set, label, score }) => {
        const tags = this.records.get(key)?.tags ?? [];
        return bucket === this.bucket && !tags.some((tag) => isDeepStrictEqual(tag, { set, label, score }));
      });
  }
}

/** What a person has said, whatever the model says of it. */
function saidOf({ modelScore: _score, ...said }: Correction): Omit<Correction, 'modelScore'> {
  return said;
}

export async function collected<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

/** The scores of an image under the labels of a query that it fulfils; none when it doesn't. */
function scoresOf(tags: readonly Tag[], key: string, query: LabelQuery): readonly number[] {
  const scoreOf = (wanted: WantedLabel) => {
    const terms: readonly LabelTerm[] = 'set' in wanted ? [wanted] : wanted;
    return tags.find((tag) => terms.some(({ set, label }) => tag.set === set && tag.label === label))?.score;
  };
  if (!key.startsWith(query.prefix ?? '') || query.not.some((term) => scoreOf(term) !== undefined)) return [];
  const scores = query.labels.map(scoreOf);
  const enough = scores.filter((score) => score !== undefined && score >= query.minimumScore);
  if (query.match === 'any') return enough as number[];
  return enough.length === scores.length ? (enough.slice(0, 1) as number[]) : [];
}

function tagsByKey(records: ReadonlyMap<string, ImageRecord>): Moment {
  const tagged = [...records].filter(([, { status }]) => status === 'tagged');
  return new Map(tagged.map(([key, { tags }]) => [key, tags]));
}

function labelOf({ PK }: PrimaryKey): LabelTerm {
  const [, set = '', label = ''] = wholePartition(PK).split('#');
  return { set, label };
}

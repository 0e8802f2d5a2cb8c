import {
  embeddingToBytes,
  normalised,
  type PromptEncoder,
} from '../../../../functions/core/labels/embedding.ts';
import { type LabelSet, parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import {
  type ImageContent,
  type ImageRecord,
  imageKey,
  imageRecordOf,
  putImageRecord,
} from '../../../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import type { BatchReadRequest } from '../../../../functions/core/records/tag-table.ts';
import type { ChangingCollection } from '../../../../functions/core/search/image-collection.ts';
import { openImageSearch } from '../../../../functions/core/search/open-image-search.ts';
import { recordCollection } from '../../../../functions/core/search/record-collection.ts';
import { type InMemoryTable, inMemoryTable } from '../in-memory-table.ts';

export const MODEL = 'small-model';
const SIZE = 4;

export const THINGS = parseLabelSet(
  {
    name: 'things',
    version: 1,
    mode: 'independent',
    labels: [
      { name: 'dog', synonyms: ['puppy'], parent: 'animal' },
      { name: 'hot dog' },
      { name: 'cat', parent: 'animal' },
      { name: 'beach', synonyms: ['sea shore'] },
      { name: 'washbasin (sink)' },
    ],
  },
  'things',
);

export const PLACES = parseLabelSet(
  { name: 'places', version: 1, mode: 'independent', labels: ['beach', 'forest'] },
  'places',
);

/** An image of a small world. Its embedding has a number for each of {@link WORDS}. */
export interface Picture extends Partial<Omit<ImageContent, 'tags' | 'embedding'>> {
  readonly key: string;
  readonly bucket?: string;
  readonly sizeBytes?: number | undefined;
  /** `SET:LABEL` → score. */
  readonly tags?: Readonly<Record<string, number>>;
  readonly embedding?: readonly number[] | undefined;
  readonly eventTime?: string;
}

export interface SearchedWorld {
  readonly table: InMemoryTable;
  readonly collection: ChangingCollection;
  readonly search: ReturnType<typeof openImageSearch>;
  /** Puts an image, or a new state of it, into the table; the collection hears of it, or not. */
  put(picture: Picture, heard?: boolean): Promise<ImageRecord>;
  /** The texts that were encoded. */
  readonly encoded: string[];
}

export interface WorldOptions {
  /** Called before records are read. */
  readonly beforeRead?: (world: Pick<SearchedWorld, 'put'>) => Promise<void>;
  readonly labelSets?: readonly LabelSet[];
  readonly collection?: ChangingCollection;
}

export async function searchedWorld(
  pictures: readonly Picture[],
  { labelSets = [THINGS, PLACES], collection = recordCollection(MODEL), beforeRead }: WorldOptions = {},
): Promise<SearchedWorld> {
  const table = inMemoryTable();
  const encoded: string[] = [];
  let writes = 0;
  const put = async (picture: Picture, heard = true) => {
    const { key, bucket = 'photos', eventTime = '2026-01-01T00:00:00.000Z', sizeBytes } = picture;
    const item = await table.read({ Key: imageKey({ bucket, key }), ConsistentRead: true });
    const object = { bucket, key, sizeBytes, sequencer: String(++writes).padStart(32, '0') };
    const record = nextImageRecord(item && imageRecordOf(item), object, contentOf(picture), {
      eventTime,
      now: new Date(Date.UTC(2026, 5, 1) + writes),
    });
    await table.write(putImageRecord(record));
    if (heard) collection.take(record);
    return record;
  };
  for (const picture of pictures) await put(picture);
  const read = {
    readBatch: async (request: BatchReadRequest) => {
      await beforeRead?.({ put });
      return table.readBatch(request);
    },
  };
  const textEncoder = async () => wordEncoder(encoded);
  const search = openImageSearch({ collection, table: read, labelSets, textEncoder });
  return { table, collection, put, encoded, search };
}

function contentOf({ key: _key, bucket: _bucket, tags = {}, embedding, ...content }: Picture): ImageContent {
  return {
    status: 'tagged',
    ...content,
    tags: Object.entries(tags).map(([name, score]) => {
      const [set = '', label = ''] = name.split(':');
      return { set, label, score };
    }),
    ...(embedding && {
      modelDigest: MODEL,
      embedding: embeddingToBytes({ modelDigest: MODEL, values: normalised(padded(embedding)) }),
    }),
  };
}

function padded(values: readonly number[]): number[] {
  return Array.from({ length: SIZE }, (_, i) => values[i] ?? 0);
}

/** Texts as axes: the words of a picture's embedding say how much of each is in it. */
export const WORDS = ['sunset', 'water', 'horse', 'stripes'];

export function wordEncoder(encoded: string[]): PromptEncoder {
  return {
    modelDigest: MODEL,
    logitScale: 100,
    encode: async (texts) =>
      texts.map((text) => {
        encoded.push(text);
        return { modelDigest: MODEL, values: textVector(text) };
      }),
  };
}

export function textVector(text: string): Float32Array {
  const axes = WORDS.map((word) => (text.includes(word) ? 1 : 0));
  return normalised(axes.some((axis) => axis > 0) ? axes : [1, 1, 1, 1]);
}

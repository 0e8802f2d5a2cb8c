import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readLabelSets } from '../../adapters/files/label-set-files.ts';
import { snapshotFile } from '../../adapters/files/snapshot-file.ts';
import { readCacheFolder } from '../../config.ts';
import { mostFrequentModel, storedModels } from '../../core/records/stored-models.ts';
import type { ScannableTable } from '../../core/records/tag-table.ts';
import { openTableSearch } from '../../search/table-search.ts';
import { wholeSearch } from '../../search/whole-search.ts';
import type { ModelParts } from '../../tagger/model-parts.ts';
import { LABELS_FOLDER } from '../../tagger/model-places.ts';
import { bucketOf, type TablePlace } from '../pipeline/table-flags.ts';
import { deployedThumbnails } from './deployed-thumbnails.ts';
import { openModelOf } from './local-model.ts';
import type { OpenedSearch } from './opened-search.ts';

export interface TableSearchPlace {
  readonly table: ScannableTable;
  readonly place: TablePlace;
  /** Files and folders of label sets. @default Cliptag's own */
  readonly labels?: readonly string[] | undefined;
  readonly warn: (remark: string) => void;
}

/**
 * Opens a search over a deployed table on this machine: reads all of its images, or what has changed since the last time, for the
 * user's cache folder keeps a snapshot.
 */
export async function withTableSearch<Answer>(
  { table, place, labels, warn }: TableSearchPlace,
  work: (search: OpenedSearch) => Promise<Answer>,
): Promise<Answer> {
  const modelDigest = mostFrequentModel(await storedModels(table)) ?? '';
  const snapshots = snapshotFile(snapshotPath(place, modelDigest));
  const tableSearch = await openTableSearch({ table, modelDigest, snapshots, warn: (what) => warn(what) });
  let model: Promise<ModelParts> | undefined;
  const openedModel = () => {
    model ??= openModelOf(modelDigest);
    return model;
  };
  try {
    await tableSearch.loaded;
    const search = wholeSearch({
      collection: tableSearch.collection,
      table,
      labelSets: await readLabelSets(labels ?? [LABELS_FOLDER]),
      textEncoder: async () => (await openedModel()).textEncoder,
    });
    return await work({
      ...search,
      similar: async (to, request) =>
        search.similar({
          ...request,
          to: to instanceof Uint8Array ? await embeddingOf(to, await openedModel()) : to,
        }),
      bucketOf: (named) => bucketOf(named, place),
      thumbnail: deployedThumbnails(place),
    });
  } finally {
    await tableSearch.close();
    await (await model?.catch(() => undefined))?.close();
  }
}

/** @throws {ImageFault} for what is no picture */
async function embeddingOf(
  bytes: Uint8Array,
  { imageReader }: ModelParts,
): Promise<{ embedding: Float32Array }> {
  const { decoder, encoder } = await imageReader();
  const { values } = await encoder.encode(decoder.decode(bytes, encoder.pixelSpec));
  return { embedding: values };
}

/** Tables of two accounts may have one name: the snapshot of the one is made what the other is, as of any older state. */
function snapshotPath(place: TablePlace, modelDigest: string): string {
  const identity = JSON.stringify([
    place.kind === 'deployed' ? place.region : '',
    place.tableName,
    modelDigest,
  ]);
  const name = createHash('sha256').update(identity).digest('hex').slice(0, 32);
  return join(readCacheFolder(), 'searches', name);
}

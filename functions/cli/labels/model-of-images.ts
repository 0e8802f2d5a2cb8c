import { mostFrequentModel, storedModels } from '../../core/records/stored-models.ts';
import type { ScannableTable } from '../../core/records/tag-table.ts';
import { type ModelParts, openModel } from '../../tagger/model-parts.ts';
import { openModelOf } from '../search/local-model.ts';

/**
 * The model by which a table's images are looked at: the one that is named, else the one that has made most of their embeddings,
 * else, of an empty table, the default one.
 *
 * @throws {CliptagError} `no-model` when it is not on this machine
 */
export async function modelOfImages(named: string | undefined, table: ScannableTable): Promise<ModelParts> {
  if (named !== undefined) return openModel(named);
  const digest = mostFrequentModel(await storedModels(table));
  return digest === undefined ? openModel() : openModelOf(digest);
}

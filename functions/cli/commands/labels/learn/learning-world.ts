import { resolve } from 'node:path';
import { type FilePath, pathName } from '../../../../adapters/files/file-path.ts';
import { CliptagError } from '../../../../core/errors.ts';
import type { LabelSet } from '../../../../core/labels/label-set.ts';
import { labelledByCorrections } from '../../../../core/records/labelled-by-corrections.ts';
import { storedImages } from '../../../../core/records/stored-images.ts';
import { LOCAL_PIPELINE } from '../../../../local/control-api/local-pipeline.ts';
import { type ModelParts, openModel } from '../../../../tagger/model-parts.ts';
import { withCount } from '../../../../terminal/progress.ts';
import { exampleName } from '../../../labels/example-name.ts';
import { modelOfImages } from '../../../labels/model-of-images.ts';
import { type StoredPictures, storedPictures } from '../../../labels/stored-pictures.ts';
import { requireBucket } from '../../../pipeline/known-bucket.ts';
import { pipelineLabelling } from '../../../pipeline/local-pipeline.ts';
import { bucketOf, type TablePlace, tablePlace } from '../../../pipeline/table-flags.ts';
import { imagePages } from '../../../search/image-pages.ts';
import { embeddedPictures } from './embedded-pictures.ts';
import type { ExampleWorld } from './example-reader.ts';
import type { LearnFlags } from './learn-flags.ts';

export interface LearningWorld extends ExampleWorld {
  readonly model: ModelParts;
  /** Small versions of stored images. */
  readonly pictures: StoredPictures;
  /** Whether the local pipeline that runs tags by this file. */
  isUsed(path: string): Promise<boolean>;
}

/** More are no examples that somebody has looked at. */
const MAXIMUM_FOUND = 10_000;

export interface WorldOptions {
  readonly flags: LearnFlags;
  readonly labelSet: LabelSet;
  /** The folder that names of files are relative to, so that what is learned says nothing of the machine. */
  readonly folder: string;
  /** Whether a source is looked up among the stored images. */
  readonly needsTable: boolean;
  readonly remark: (text: string) => void;
}

/**
 * Opens what examples are read from. Where only files are asked for, and no local pipeline runs, there are no stored images.
 *
 * @throws {CliptagError} as `askTable` does, and `no-model`
 */
export async function withLearningWorld<Result>(
  { flags, labelSet, folder, needsTable, remark }: WorldOptions,
  work: (world: LearningWorld) => Promise<Result>,
): Promise<Result> {
  const place = await tablePlace(flags);
  const httpPort = httpPortOf(flags);
  const { model, stored } = await opened(flags, place, needsTable, remark);
  try {
    return await work({
      model,
      stored,
      pictures: storedPictures(place, httpPort),
      isUsed: async (path) => place.kind === 'local' && (await usedPaths(httpPort)).includes(resolve(path)),
      corrected: stored && labelledByCorrections(stored, labelSet),
      bucket: () => bucketOf(flags.bucket, place),
      requireBucket: (bucket) => requireBucket(bucket, place, flags),
      search: (query) => foundNames(query, flags, remark),
      embed: embeddedPictures(model),
      nameOf: (path: FilePath) => exampleName(pathName(path), folder),
    });
  } finally {
    await model.close();
  }
}

async function opened(
  flags: LearnFlags,
  place: TablePlace,
  needsTable: boolean,
  remark: (text: string) => void,
) {
  const { askTable } = await import('../../../pipeline/tag-table.ts');
  try {
    return await askTable(place, async (table) => {
      const model = await modelOfImages(flags.model, table);
      const read = (show: (images: number) => void) =>
        storedImages(table, model.identity.modelDigest, { onProgress: show });
      return { model, stored: await withCount('Images read', read) };
    });
  } catch (error) {
    if (needsTable || !(error instanceof CliptagError) || error.code !== 'no-pipeline') throw error;
    remark(
      'no local pipeline answers: it is learned from the files and the pictures that come with the model alone',
    );
    return { model: await openModel(flags.model), stored: undefined };
  }
}

/** The port of the local pipeline's page. */
export function httpPortOf(flags: LearnFlags): number {
  return Number(flags['http-port'] ?? LOCAL_PIPELINE.httpPort);
}

/** Files of the label sets that the local pipeline tags by; none where no pipeline runs. */
async function usedPaths(httpPort: number): Promise<readonly string[]> {
  const used = (await pipelineLabelling(httpPort))?.labelSets ?? [];
  return used.map(({ path }) => resolve(path));
}

async function foundNames(
  query: string,
  flags: LearnFlags,
  remark: (text: string) => void,
): Promise<readonly string[]> {
  const { withSearch } = await import('../../../search/with-search.ts');
  const { model: _, bucket: _bucket, 'dynamodb-port': _port, ...place } = flags;
  return withSearch(place, remark, async (search) => {
    const names: string[] = [];
    const ask = (page: { readonly limit: number; readonly cursor?: string | undefined }) =>
      search.search({ query, ...page });
    for await (const { images, total } of imagePages(ask, { limit: MAXIMUM_FOUND })) {
      if (names.length === 0 && total > MAXIMUM_FOUND)
        remark(`"${query}" finds ${total} images: the first ${MAXIMUM_FOUND} count`);
      names.push(...images.map(({ bucket, key }) => `s3://${bucket}/${key}`));
    }
    return names;
  });
}

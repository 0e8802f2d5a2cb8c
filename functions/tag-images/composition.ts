import { type DynamoDbTagTableOptions, dynamoDbTagTable } from '../adapters/aws/dynamodb.ts';
import { type S3Options, s3ObjectStore } from '../adapters/aws/s3.ts';
import { cachedClassifier } from '../adapters/files/classifier-cache.ts';
import { readLabelSets } from '../adapters/files/label-set-files.ts';
import { type Model, readModel } from '../adapters/files/model-folder.ts';
import { onnxImageEncoder, onnxTextEncoder } from '../adapters/onnx/encoders.ts';
import { sharpPixelDecoder } from '../adapters/sharp/pixel-decoder.ts';
import type { ExifChoice } from '../core/formats/exif/exif-choice.ts';
import { shardedTable } from '../core/records/sharded-table.ts';
import type { ScannableTable } from '../core/records/tag-table.ts';
import { indexingVectors, vectorIndex } from '../core/records/vector-index.ts';
import { inBatches } from '../core/tagging/micro-batch.ts';
import type { Tagger } from '../core/tagging/tag-image.ts';
import type { ThumbnailStore } from '../core/thumbnails/thumbnail-store.ts';

export interface TaggerSettings {
  /** Folder of the model, with its `manifest.json`. */
  readonly modelFolder: string;
  /** Label set files, or folders of them. */
  readonly labelSets: readonly string[];
  /** Folder where compiled classifiers are kept. */
  readonly classifierFolder: string;
  readonly table: DynamoDbTagTableOptions;
  readonly s3?: S3Options;
  /** Larger objects are refused, in bytes. */
  readonly maximumBytes: number;
  /** Whether the decoder of HEIC is there. @default true */
  readonly heic?: boolean;
  /** Whether the table has a vector index over the model's embeddings. @default false */
  readonly hasVectorIndex?: boolean;
  /** Shards that the table is to have at least; a table that nobody else writes needs none. @default it is not divided */
  readonly shards?: number;
  /** Where thumbnails are kept. @default none are made */
  readonly thumbnails?: ThumbnailStore | undefined;
  /** What is recorded of a picture's EXIF. @default all */
  readonly exif?: ExifChoice | undefined;
  /** Called with faults that do not keep it from tagging. */
  readonly warn: (message: string) => void;
}

/**
 * Images per run of the encoder. Runs of several take a little less time per image, and larger ones gain nothing more:
 * with the embedded model on one thread, 2.6 ms for an image alone, 1.7 ms in runs of 8, 2.1 ms in runs of 64 (best of
 * many runs, November 2026).
 */
const ENCODE_BATCH_SIZE = 8;

/**
 * Builds what tagging needs from the adapters.
 *
 * @throws {CliptagError} `no-model` when the model folder is not complete
 * @throws {InvalidInput} when the manifest or a label set is not as it should be
 */
export async function composeTagger(
  settings: TaggerSettings,
): Promise<Tagger & { readonly table: ScannableTable }> {
  const [model, labelSets] = await Promise.all([
    // A classifier that is still to be compiled needs the text encoder as well, which reports itself when its file is
    // missing.
    readModel(settings.modelFolder, ['imageEncoder', 'imageWeights']),
    readLabelSets(settings.labelSets, settings.warn),
  ]);
  const textEncoder = onnxTextEncoder(model);
  const [encoder, classifiers] = await Promise.all([
    onnxImageEncoder(model),
    Promise.all(
      labelSets.map((labelSet) =>
        cachedClassifier(labelSet, textEncoder, settings.classifierFolder, settings.warn),
      ),
    ),
  ]);
  return {
    objects: s3ObjectStore(settings.s3),
    decoder: sharpPixelDecoder({ heic: settings.heic ?? true }),
    encoder: inBatches(encoder, ENCODE_BATCH_SIZE),
    exif: settings.exif,
    thumbnails: settings.thumbnails,
    classifiers,
    table: tableOf(settings, model),
    maximumBytes: settings.maximumBytes,
    now: () => new Date(),
  };
}

function tableOf(
  { table: options, hasVectorIndex = false, shards }: TaggerSettings,
  { manifest }: Model,
): ScannableTable {
  const plain = dynamoDbTagTable(options);
  const table = shards === undefined ? plain : shardedTable(plain, { shards });
  return hasVectorIndex ? indexingVectors(table, vectorIndex(manifest.embeddingSize)) : table;
}

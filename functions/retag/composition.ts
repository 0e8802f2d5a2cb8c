import { type DynamoDbTagTableOptions, dynamoDbTagTable } from '../adapters/aws/dynamodb.ts';
import { cachedClassifier } from '../adapters/files/classifier-cache.ts';
import { readLabelSets } from '../adapters/files/label-set-files.ts';
import { type Model, readModel } from '../adapters/files/model-folder.ts';
import type { LogEnvironment, RetagEnvironment } from '../config.ts';
import { CliptagError } from '../core/errors.ts';
import type { PromptEncoder } from '../core/labels/embedding.ts';
import { shardedTable } from '../core/records/sharded-table.ts';
import { indexingVectors, vectorIndex } from '../core/records/vector-index.ts';
import type { Retagger } from '../core/retag/retagger.ts';

/** Attempts of each request: a table that scales up to a mass of writes throttles for a while. */
const MAXIMUM_ATTEMPTS = 10;

/**
 * Builds what retagging needs from the adapters: classifiers that were compiled ahead, and no encoder.
 *
 * @throws {CliptagError} `no-classifier` when a label set has none
 */
export async function composeRetagger(
  environment: Omit<RetagEnvironment, keyof LogEnvironment>,
  client: DynamoDbTagTableOptions['client'] = {},
): Promise<Retagger> {
  const [model, labelSets] = await Promise.all([
    readModel(environment.MODEL_FOLDER, []),
    readLabelSets(environment.LABEL_SETS),
  ]);
  const compiled = withoutEncoder(model);
  const { TABLE_SHARDS: shards } = environment;
  const plain = dynamoDbTagTable({
    tableName: environment.TABLE_NAME,
    client: { maxAttempts: MAXIMUM_ATTEMPTS, ...client },
  });
  const table = shardedTable(plain, { shards });
  return {
    modelDigest: model.digest,
    classifiers: await Promise.all(
      labelSets.map((labelSet) => cachedClassifier(labelSet, compiled, environment.CLASSIFIER_FOLDER)),
    ),
    table: environment.VECTOR_INDEX
      ? indexingVectors(table, vectorIndex(model.manifest.embeddingSize))
      : table,
    shards,
    now: () => new Date(),
  };
}

function withoutEncoder({ digest, manifest: { logitScale, logitBias } }: Model): PromptEncoder {
  return {
    modelDigest: digest,
    logitScale,
    ...(logitBias !== undefined && { logitBias }),
    encode: async () => {
      throw new CliptagError(
        'no-classifier',
        `Expected every label set to have its classifier for model ${digest}: build the image again`,
      );
    },
  };
}

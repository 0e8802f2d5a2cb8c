import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamoDbTagTableOptions, dynamoDbTagTable } from '../adapters/aws/dynamodb.ts';
import { type SqsSenderOptions, sqsSender } from '../adapters/aws/sqs-sender.ts';
import type { BackfillEnvironment } from '../config.ts';
import type { Feeder } from '../core/backfill/backfill.ts';
import type { TaggerIdentity } from '../core/tagging/tagger-identity.ts';

/** Configuration of the clients. @default the SDK's own chain (region and role of the function) */
export interface FeederClients {
  readonly table?: DynamoDbTagTableOptions['client'];
  readonly queue?: SqsSenderOptions['client'];
}

/** Builds what feeding the queue needs from the adapters. */
export async function composeFeeder(
  environment: BackfillEnvironment,
  { table = {}, queue = {} }: FeederClients = {},
): Promise<Feeder> {
  return {
    filter: { prefixes: environment.KEY_PREFIXES, suffixes: environment.KEY_SUFFIXES },
    // infra/packaging writes it beside the bundle, so its shape is trusted.
    identity: JSON.parse(await readFile(environment.TAGGER_FILE, 'utf8')) as TaggerIdentity,
    table: dynamoDbTagTable({ tableName: environment.TABLE_NAME, client: table }),
    queue: sqsSender({
      queueUrl: environment.QUEUE_URL,
      deadLetterQueueUrl: environment.DEAD_LETTER_QUEUE_URL,
      client: queue,
    }),
    maximumDepth: environment.MAXIMUM_QUEUE_DEPTH,
    objectsPerSecond: environment.OBJECTS_PER_SECOND,
    sleep,
    now: () => performance.now(),
  };
}

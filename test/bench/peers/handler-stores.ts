/*
 * Stores in a process of their own, with uploads of one picture in them: so that none of their work is the handler's.
 * A {@link StoresJob} comes as one argument of JSON, {@link FilledStores} go to standard output; they last until
 * standard input ends, which it also does when the caller dies.
 */
import { once } from 'node:events';
import type { DynamoDbTagTableOptions } from '../../../functions/adapters/aws/dynamodb.ts';
import type { S3Options } from '../../../functions/adapters/aws/s3.ts';
import { startStores } from '../../fixtures/stores.ts';

export interface StoresJob {
  readonly picture: string;
  /** How many uploads of the samples, which are small, come before. */
  readonly warmUp: number;
  /** How many uploads of the picture each group gets. */
  readonly groups: readonly number[];
}

export interface FilledStores {
  readonly s3: S3Options;
  readonly table: DynamoDbTagTableOptions;
  /** Bodies of messages, each of one upload. */
  readonly warmUp: readonly string[];
  readonly groups: readonly (readonly string[])[];
}

const { picture, warmUp, groups } = JSON.parse(process.argv[2] ?? '') as StoresJob;
const stores = await startStores();
const bodies: string[][] = [];
for (const [i, count] of groups.entries()) bodies.push(await stores.uploadFile(picture, count, `group-${i}`));
const filled: FilledStores = {
  s3: stores.s3Options,
  table: stores.tableOptions,
  warmUp: await stores.upload(warmUp, 'warm-up'),
  groups: bodies,
};
process.stdout.write(`${JSON.stringify(filled)}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await stores.close();

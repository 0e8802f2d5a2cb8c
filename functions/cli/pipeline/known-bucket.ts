import { bucketNames } from '../../adapters/aws/bucket-names.ts';
import { isMissingBucket } from '../../adapters/aws/bucket-state.ts';
import type { S3Options } from '../../adapters/aws/s3.ts';
import { createClient } from '../../client/client.ts';
import { IMAGE_STATUSES, queryImagesByStatus } from '../../core/records/image-record.ts';
import { quotedWhereNeeded } from '../../core/search/language/field-condition.ts';
import { LOCAL_PIPELINE } from '../../local/control-api/local-pipeline.ts';
import { bucketsOf } from './deployed-stack.ts';
import { localS3 } from './local-s3.ts';
import { missingBucket } from './missing-bucket.ts';
import { pageFetch } from './page-fetch.ts';
import type { TablePlace } from './table-flags.ts';
import { askTable } from './tag-table.ts';

const TIMEOUT_MILLISECONDS = 5_000;

/** Flags by which the local pipeline is found. */
export interface PipelinePorts {
  readonly 'http-port'?: string | undefined;
  readonly 'dynamodb-port'?: string | undefined;
}

/**
 * Asked once a command has found nothing of a bucket that was named, so that an answer with something in it waits for nothing.
 * A bucket without pictures is no fault, nor one that has gone and whose records are left, nor one of which nobody can tell.
 *
 * @throws {CliptagError} `no-bucket` for a bucket that is not there and of which the table has nothing
 */
export async function requireBucket(
  bucket: string | undefined,
  place: TablePlace,
  ports: PipelinePorts = {},
): Promise<void> {
  if (bucket === undefined) return;
  const buckets = place.kind === 'local' ? await bucketsHere(place.port, ports) : bucketsOfAccount(place);
  if (!buckets || buckets.known.includes(bucket)) return;
  if (!(await isMissingBucket(bucket, buckets.s3)) || (await buckets.hasRecords(bucket))) return;
  throw missingBucket(bucket, buckets.known);
}

interface Buckets {
  readonly s3: S3Options;
  readonly known: readonly string[];
  /** Whether records are left of a bucket that has gone; true, too, where nobody tells. */
  hasRecords(bucket: string): Promise<boolean>;
}

function bucketsOfAccount(place: Extract<TablePlace, { kind: 'deployed' }>): Buckets {
  const { region, stack } = place;
  return {
    s3: region === undefined ? {} : { region },
    known: stack ? bucketsOf(stack) : [],
    hasRecords: (bucket) => isInTable(bucket, place).catch(() => true),
  };
}

/** Those of the pipeline whose page answers; undefined where none does, or where the table may be another pipeline's. */
async function bucketsHere(tablePort: number, ports: PipelinePorts): Promise<Buckets | undefined> {
  const { 'http-port': httpPort } = ports;
  if (httpPort === undefined && tablePort !== LOCAL_PIPELINE.dynamodbPort) return undefined;
  const page = new URL(`http://127.0.0.1:${httpPort ?? LOCAL_PIPELINE.httpPort}`);
  try {
    const client = createClient({ url: page, fetch: pageFetch(TIMEOUT_MILLISECONDS) });
    const { s3Endpoint } = await client.status();
    if (s3Endpoint === undefined) return undefined;
    const s3 = localS3(s3Endpoint);
    const hasRecords = async (bucket: string) => {
      const query = `bucket:${quotedWhereNeeded(bucket)} (status:tagged OR status:unsupported OR status:failed)`;
      return (await client.search(query, { limit: 1 })).total > 0;
    };
    return { s3, known: await bucketNames(s3), hasRecords: (bucket) => hasRecords(bucket).catch(() => true) };
  } catch {
    return undefined;
  }
}

function isInTable(bucket: string, place: TablePlace): Promise<boolean> {
  return askTable(place, async (table) => {
    for (const status of IMAGE_STATUSES) {
      for await (const items of table.query(queryImagesByStatus(bucket, status, '', 1))) {
        if (items.length > 0) return true;
      }
    }
    return false;
  });
}

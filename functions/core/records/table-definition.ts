import { type ImageRecord, STATUS_INDEX } from './image-record.ts';
import type { PrimaryKey } from './tag-table.ts';

/**
 * The one table that holds image records and label entries, as plain data. The CDK's construct (`infra/`) and the
 * pipeline on this machine (`functions/local/`) both make their table from it, so that the two cannot differ; a test
 * compares it with the template that is deployed.
 */
export const TABLE_DEFINITION: TableDefinition = {
  key: { partitionKey: 'PK' satisfies keyof PrimaryKey, sortKey: 'SK' satisfies keyof PrimaryKey },
  indexes: [
    {
      name: STATUS_INDEX,
      partitionKey: 'GSI1PK',
      sortKey: 'GSI1SK',
      // Keys alone keep the index's write at one unit; a reader fetches the image records that it wants.
      projection: 'KEYS_ONLY',
    },
  ],
  billingMode: 'PAY_PER_REQUEST',
  timeToLiveAttribute: 'expiresAt' satisfies keyof ImageRecord,
};

export interface TableDefinition {
  readonly key: KeyAttributes;
  readonly indexes: readonly IndexDefinition[];
  readonly billingMode: 'PAY_PER_REQUEST';
  /** Attribute (epoch seconds) after which DynamoDB may remove an item: tombstones carry it. */
  readonly timeToLiveAttribute: string;
}

export interface IndexDefinition extends KeyAttributes {
  readonly name: string;
  readonly projection: 'ALL' | 'KEYS_ONLY';
}

/** Names of the two attributes of a key; both are strings. */
export interface KeyAttributes {
  readonly partitionKey: string;
  readonly sortKey: string;
}

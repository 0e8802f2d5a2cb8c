import type { RemovalPolicy } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { type KeyAttributes, TABLE_DEFINITION } from '../../functions/core/records/table-definition.ts';

export interface TagTableProps {
  /** Whether DynamoDB refuses to delete the table, also when asked by CloudFormation or the console. */
  readonly deletionProtection: boolean;
  /**
   * A KMS key of one's own; its use costs per call.
   * @default DynamoDB's own key, at no charge
   */
  readonly encryptionKey?: IKey | undefined;
  /** Tags and embeddings should outlive the stack: computing them again costs more than keeping them. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The table of {@link TABLE_DEFINITION}, with what only AWS applies: protection, recovery and encryption.
 *
 * A `Table`, not a `TableV2`: the latter is a global table, which the local stand-ins for CloudFormation do not create.
 */
export class TagTable extends Construct {
  readonly table: Table;

  constructor(
    scope: Construct,
    id: string,
    { deletionProtection, encryptionKey, removalPolicy }: TagTableProps,
  ) {
    super(scope, id);
    const { key, indexes, billingMode, timeToLiveAttribute } = TABLE_DEFINITION;
    this.table = new Table(this, 'Table', {
      ...keys(key),
      billingMode: BillingMode[billingMode],
      timeToLiveAttribute,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection,
      ...(encryptionKey && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
      removalPolicy,
    });
    for (const { name, projection, ...index } of indexes) {
      this.table.addGlobalSecondaryIndex({
        indexName: name,
        ...keys(index),
        projectionType: ProjectionType[projection],
      });
    }
  }
}

function keys({ partitionKey, sortKey }: KeyAttributes): { partitionKey: Attribute; sortKey: Attribute } {
  return {
    partitionKey: { name: partitionKey, type: AttributeType.STRING },
    sortKey: { name: sortKey, type: AttributeType.STRING },
  };
}

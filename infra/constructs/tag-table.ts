import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** Name of the index that answers "images under a prefix, by status". */
export const STATUS_INDEX_NAME = 'by-status';

/** Attribute (epoch seconds) after which DynamoDB may remove an item: deletions leave a tombstone that carries it. */
export const EXPIRY_ATTRIBUTE = 'expiresAt';

export interface TagTableProps {
  /** Whether DynamoDB refuses to delete the table, also when asked by CloudFormation or the console. */
  readonly deletionProtection: boolean;
  /**
   * A KMS key of one's own; its use costs per call.
   * @default DynamoDB's own key, at no charge
   */
  readonly encryptionKey?: IKey | undefined;
}

/**
 * The one table that holds image records and label entries.
 *
 * A `Table`, not a `TableV2`: the latter is a global table, which the local stand-ins for CloudFormation do not create.
 */
export class TagTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { deletionProtection, encryptionKey }: TagTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'PK', type: AttributeType.STRING },
      sortKey: { name: 'SK', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: EXPIRY_ATTRIBUTE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection,
      ...(encryptionKey && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
      // Tags and embeddings outlive the stack: computing them again costs more than keeping them.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: STATUS_INDEX_NAME,
      partitionKey: { name: 'GSI1PK', type: AttributeType.STRING },
      sortKey: { name: 'GSI1SK', type: AttributeType.STRING },
      // Keys alone keep the index's write at one unit; a reader fetches the image records that it wants.
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
}

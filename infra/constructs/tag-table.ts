import { RemovalPolicy } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  BillingMode,
  type CfnTable,
  type GlobalSecondaryIndexProps,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { NEW_TABLE_WRITE_UNITS } from '../../functions/core/cost/throughput.ts';
import { type KeyAttributes, TABLE_DEFINITION } from '../../functions/core/records/table-definition.ts';
import { type VectorIndex, vectorIndex } from '../../functions/core/records/vector-index.ts';

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
  /**
   * Whether the table tells its changes by a stream, which costs those who read it, and nobody else.
   * @default false
   */
  readonly hasStream?: boolean | undefined;
  /**
   * Write units a second that the table takes at once.
   * @default those of a new table
   */
  readonly warmWriteUnits?: number | undefined;
  /**
   * Size of the embeddings that a vector index is to search.
   * @default no index
   */
  readonly indexedDimensions?: number | undefined;
}

/**
 * The table of {@link TABLE_DEFINITION}, with what only AWS applies: protection, recovery and encryption.
 *
 * A `Table`, not a `TableV2`: the latter is a global table, which the local stand-ins for CloudFormation do not create.
 */
export class TagTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: TagTableProps) {
    super(scope, id);
    const { deletionProtection, encryptionKey, removalPolicy } = props;
    const { hasStream, indexedDimensions, warmWriteUnits } = props;
    const { key, indexes, billingMode, timeToLiveAttribute } = TABLE_DEFINITION;
    this.table = new Table(this, 'Table', {
      ...keys(key),
      billingMode: BillingMode[billingMode],
      timeToLiveAttribute,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection,
      ...(hasStream && { stream: StreamViewType.NEW_IMAGE }),
      ...(encryptionKey && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
      ...(warmWriteUnits !== undefined && { warmThroughput: { writeUnitsPerSecond: warmWriteUnits } }),
      removalPolicy: deletionProtection ? undeletable(removalPolicy) : removalPolicy,
    });
    for (const { name, projection, ...index } of indexes) {
      this.table.addGlobalSecondaryIndex({
        indexName: name,
        ...keys(index),
        projectionType: ProjectionType[projection],
        ...warmIndex(warmWriteUnits),
      });
    }
    if (indexedDimensions !== undefined) addVectorIndex(this.table, vectorIndex(indexedDimensions));
  }
}

/**
 * DynamoDB refuses CloudFormation as well to delete a protected table, so a first deployment that fails would end as
 * ROLLBACK_FAILED where it was to take the table back:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
 */
function undeletable(removalPolicy: RemovalPolicy): RemovalPolicy {
  return removalPolicy === RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE ? RemovalPolicy.RETAIN : removalPolicy;
}

/** Write units of the table for each of its index: the fewest that an image with five tags takes. */
const TABLE_UNITS_FOR_EACH = 8;

/**
 * An index is warmed apart from its table, which waits for it:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
 */
function warmIndex(tableUnits = 0): Pick<GlobalSecondaryIndexProps, 'warmThroughput'> {
  const writeUnitsPerSecond = Math.ceil(tableUnits / TABLE_UNITS_FOR_EACH);
  return writeUnitsPerSecond > NEW_TABLE_WRITE_UNITS ? { warmThroughput: { writeUnitsPerSecond } } : {};
}

/** By the template's own words: the CDK's `Table` knows no vector indexes. */
function addVectorIndex(
  table: Table,
  { name, attribute, dimensions, distanceFunction, filters }: VectorIndex,
): void {
  const { key, indexes } = TABLE_DEFINITION;
  const texts = [key, ...indexes].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
  const resource = table.node.defaultChild as CfnTable;
  // Filters have to be declared as keys are, and the CDK declares those of the keys alone.
  resource.attributeDefinitions = [...texts, ...filters].map((attributeName) => ({
    attributeName,
    attributeType: AttributeType.STRING,
  }));
  resource.vectorIndexes = [
    {
      indexName: name,
      vectorAttribute: { attributeName: attribute },
      dimensions,
      distanceFunction,
      searchSchema: filters.map((attributeName) => ({
        attributeName,
        searchSchemaElementType: 'INLINE_FILTER',
      })),
      projection: { projectionType: 'KEYS_ONLY' },
    },
  ];
}

function keys({ partitionKey, sortKey }: KeyAttributes): { partitionKey: Attribute; sortKey: Attribute } {
  return {
    partitionKey: { name: partitionKey, type: AttributeType.STRING },
    sortKey: { name: sortKey, type: AttributeType.STRING },
  };
}

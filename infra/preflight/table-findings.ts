import type { TableDescription } from '../../functions/adapters/aws/table-description.ts';
import { NEW_TABLE_WRITE_UNITS } from '../../functions/core/cost/throughput.ts';
import { type KeyAttributes, TABLE_DEFINITION } from '../../functions/core/records/table-definition.ts';
import type { Findings } from './findings.ts';

/** What the settings say of a table that exists already. */
export interface ExpectedTable {
  readonly name: string;
  readonly tableKey?: string | undefined;
  readonly tableStream?: string | undefined;
  readonly tableWarmWriteUnits?: number | undefined;
  /** Whether the API follows the table. */
  readonly api?: boolean | undefined;
}

const USABLE = ['ACTIVE', 'UPDATING'];
/** What the API's search reads of a stream: functions/search. */
const VIEWS = ['NEW_IMAGE', 'NEW_AND_OLD_IMAGES'];

/** Judges an existing table that the stack is to use, by {@link TABLE_DEFINITION} and by the settings. */
export function tableFindings(expected: ExpectedTable, table: TableDescription | undefined): Findings {
  const { name } = expected;
  if (!table) {
    const fault = `Expected a table of the stack’s region and account for table but ${name} is not there: leave the setting out for a new one`;
    return { faults: [fault], notices: [] };
  }
  const looks = [shapeFaults, keyFindings, streamFindings, throughputFindings];
  const findings = looks.map((look) => look(expected, table));
  const { timeToLiveAttribute } = TABLE_DEFINITION;
  const expires = table.timeToLiveAttribute === timeToLiveAttribute;
  const stay = `The table ${name} removes nothing by ${timeToLiveAttribute}: tombstones of deleted images stay for good. Switch its time to live on for that attribute`;
  return {
    faults: findings.flatMap(({ faults = [] }) => faults),
    notices: [...findings.flatMap(({ notices = [] }) => notices), ...(expires ? [] : [stay])],
  };
}

type Look = (expected: ExpectedTable, table: TableDescription) => Partial<Findings>;

const shapeFaults: Look = ({ name }, table) => {
  const faults: string[] = [];
  const expect = (expected: string, received: string) =>
    faults.push(`Expected ${expected} for table but ${name} ${received}`);
  const { key, indexes } = TABLE_DEFINITION;
  if (!USABLE.includes(table.status)) expect('a table that can be used', `is ${table.status}`);
  if (table.key !== written(key)) expect(`a table with the key ${written(key)}`, `has ${table.key}`);
  for (const index of indexes) {
    const found = table.indexes.get(index.name);
    if (found?.key !== written(index)) {
      expect(
        `a table with the index ${index.name} of the key ${written(index)}`,
        found === undefined ? 'has no such index' : `has it of ${found.key}`,
      );
    } else if (!USABLE.includes(found.status)) {
      expect(`a table whose index ${index.name} is there`, `has it ${found.status}: wait until it is ACTIVE`);
    }
  }
  return { faults };
};

/** A key of one's own is the roles' to use; DynamoDB does not tell it from AWS's managed one. */
const keyFindings: Look = ({ name, tableKey }, { keyArn }) => {
  if (tableKey === undefined) {
    return keyArn === undefined
      ? {}
      : {
          notices: [
            `The table ${name} is encrypted with ${keyArn}: where that is a key of your own, the functions need -c tableKey=${keyArn}`,
          ],
        };
  }
  // An alias names a key that only KMS knows.
  if (tableKey === keyArn || tableKey.includes(':alias/')) return {};
  return {
    faults: [
      `Expected the key of the table ${name} for tableKey, ${keyArn ?? 'which is DynamoDB’s own'}, but received ${tableKey}`,
    ],
  };
};

const streamFindings: Look = ({ name, tableStream, api }, { stream }) => {
  const follows = stream !== undefined && VIEWS.includes(stream.view);
  if (tableStream === undefined) {
    const notice = `The API compares the table ${name} from time to time: -c tableStream=${stream?.arn} has it follow the table’s stream`;
    return api && follows ? { notices: [notice] } : {};
  }
  if (tableStream !== stream?.arn) {
    return {
      faults: [
        `Expected the stream of the table ${name} for tableStream, ${stream?.arn ?? 'which has none'}, but received ${tableStream}`,
      ],
    };
  }
  if (follows) return {};
  return { faults: [`Expected a stream of ${VIEWS.join(' or ')} for tableStream but it is ${stream.view}`] };
};

const throughputFindings: Look = (
  { name, tableWarmWriteUnits: expected },
  { writeUnitsPerSecond: found },
) => {
  if (found === undefined || found >= (expected ?? NEW_TABLE_WRITE_UNITS)) return {};
  if (expected === undefined) {
    return {
      notices: [
        `The table ${name} takes ${found} write units a second, fewer than the ${NEW_TABLE_WRITE_UNITS} of a new one that the other checks assume`,
      ],
    };
  }
  return {
    faults: [
      `Expected a table that takes ${expected} write units a second, by tableWarmWriteUnits, but ${name} takes ${found}. The stack changes no table that exists already: aws dynamodb update-table --table-name ${name} --warm-throughput WriteUnitsPerSecond=${expected}`,
    ],
  };
};

/** Attributes of keys are all strings. */
function written({ partitionKey, sortKey }: KeyAttributes): string {
  return `${partitionKey} (S), ${sortKey} (S)`;
}

import type { TableDescription } from '../../functions/adapters/aws/table-description.ts';
import { type KeyAttributes, TABLE_DEFINITION } from '../../functions/core/records/table-definition.ts';
import type { Findings } from './findings.ts';

/** Judges an existing table that the stack is to use, by {@link TABLE_DEFINITION}. */
export function tableFindings(name: string, table: TableDescription | undefined): Findings {
  const faults: string[] = [];
  const expect = (expected: string, received: string) =>
    faults.push(`Expected ${expected} for table but ${name} ${received}`);
  if (!table) {
    expect('a table of the stack’s region and account', 'is not there: leave the setting out for a new one');
    return { faults, notices: [] };
  }
  const { key, indexes, timeToLiveAttribute } = TABLE_DEFINITION;
  if (!['ACTIVE', 'UPDATING'].includes(table.status))
    expect('a table that can be used', `is ${table.status}`);
  if (table.key !== written(key)) expect(`a table with the key ${written(key)}`, `has ${table.key}`);
  for (const index of indexes) {
    const found = table.indexes.get(index.name);
    if (found !== written(index)) {
      expect(
        `a table with the index ${index.name} of the key ${written(index)}`,
        found === undefined ? 'has no such index' : `has it of ${found}`,
      );
    }
  }
  const expires = table.timeToLiveAttribute === timeToLiveAttribute;
  const notice = `The table ${name} removes nothing by ${timeToLiveAttribute}: tombstones of deleted images stay for good. Switch its time to live on for that attribute`;
  return { faults, notices: expires ? [] : [notice] };
}

/** Attributes of keys are all strings. */
function written({ partitionKey, sortKey }: KeyAttributes): string {
  return `${partitionKey} (S), ${sortKey} (S)`;
}

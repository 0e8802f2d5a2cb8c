import { expect, it } from 'vitest';
import {
  readCollected,
  scanRecords,
  scanStates,
} from '../../../../../functions/core/search/collection/collected-reads.ts';

it('names each attribute once, for DynamoDB refuses a projection that names one twice', () => {
  const segment = { segment: 0, of: 1 };
  const image = { bucket: 'photos', key: 'a.jpg' };
  for (const { ProjectionExpression = '' } of [
    scanRecords(segment),
    scanStates(segment),
    readCollected([image]),
  ]) {
    const names = ProjectionExpression.split(', ');
    expect(names).toEqual([...new Set(names)]);
    expect(names).toContain('#revision');
  }
});

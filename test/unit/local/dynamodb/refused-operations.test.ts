import { expect, it } from 'vitest';
import { refusedOperation } from '../../../../functions/local/dynamodb/refused-operations.ts';

it.each([
  ['DynamoDB_20120810.FutureOperation', /^FutureOperation is not implemented .* it has GetItem, /],
  ['DynamoDBStreams_20120810.GetItem', /^GetItem is not implemented .* there are no streams/],
  ['', /^Expected the header X-Amz-Target as DynamoDB_20120810.OPERATION but received ""/],
  [`x.${'y'.repeat(9_999)}`, /^Expected the header X-Amz-Target .{1,160}$/],
])('refuses the target %s', (target, message) => {
  expect(refusedOperation(target)).toMatchObject({
    exception: 'UnknownOperationException',
    message: expect.stringMatching(message),
  });
});

it('refuses nothing that the engine has', () => {
  expect(refusedOperation('DynamoDB_20120810.TransactGetItems')).toBeUndefined();
});

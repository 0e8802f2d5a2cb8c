import { describe, expect, it } from 'vitest';
import { correctedClock } from '../../../../functions/adapters/aws/corrected-clock.ts';
import { dynamoDbTagTable } from '../../../../functions/adapters/aws/dynamodb.ts';
import { s3ObjectStore } from '../../../../functions/adapters/aws/s3.ts';
import { type ScriptedAnswer, type SeenRequest, scriptedServer } from '../../../fixtures/scripted-server.ts';

const READ = { Key: { PK: 'a', SK: 'IMAGE' }, ConsistentRead: true };
const QUERY = {
  KeyConditionExpression: 'PK = :pk',
  ExpressionAttributeValues: { ':pk': 'a' },
  ScanIndexForward: true,
};
const FOUND = { body: { Item: { PK: { S: 'a' } }, Items: [], Count: 0 } };
const HOUR = 3_600_000;
/** As DynamoDB has it. */
const TOLERATED_MILLISECONDS = 300_000;
const OBJECT = { bucket: 'photos', key: 'a.jpg', sequencer: '' };

/** 20261130T173316Z → milliseconds. */
function signedAt({ headers }: SeenRequest): number {
  const time = String(headers['x-amz-date']);
  return Date.parse(time.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
}

/** A service whose clock is ahead, and which refuses what is signed for another time. */
function strictService(aheadMilliseconds: number, refusal: (date: string) => ScriptedAnswer) {
  return scriptedServer((request) => {
    const now = Date.now() + aheadMilliseconds;
    const isRight = Math.abs(signedAt(request) - now) < TOLERATED_MILLISECONDS;
    const date = new Date(now).toUTCString();
    return isRight ? { ...FOUND, headers: { date } } : refusal(date);
  });
}

const refused = (date: string): ScriptedAnswer => ({
  ...{ status: 400, headers: { date } },
  body: { __type: 'com.amazon.coral.service#InvalidSignatureException', message: 'not yet current' },
});
const tooSkewed = (date: string): ScriptedAnswer => ({
  ...{ status: 403, headers: { date, 'content-type': 'application/xml' } },
  body: '<Error><Code>RequestTimeTooSkewed</Code><Message>no</Message></Error>',
});

describe('a clock that is wrong', () => {
  it.each([HOUR, -HOUR])('is put right for all requests at once: %i ms', async (ahead) => {
    const server = await strictService(ahead, refused);
    const table = dynamoDbTagTable({ tableName: 't', client: { ...server.client, maxAttempts: 2 } });
    const items = await Promise.all(Array.from({ length: 10 }, () => table.read(READ)));
    expect(items).toEqual(Array.from({ length: 10 }, () => ({ PK: 'a' })));
    expect(server.requests).toHaveLength(20);
  });

  it('is put right for the requests of the SDK too', async () => {
    const server = await strictService(HOUR, refused);
    const table = dynamoDbTagTable({ tableName: 't', client: { ...server.client, maxAttempts: 2 } });
    await table.read(READ);
    expect(await table.count(QUERY)).toBe(0);
    expect(server.requests).toHaveLength(3);
  });

  it('is put right by what the SDK was told', async () => {
    const server = await strictService(HOUR, refused);
    const table = dynamoDbTagTable({ tableName: 't', client: { ...server.client, maxAttempts: 2 } });
    await table.count(QUERY);
    expect(await table.read(READ)).toEqual({ PK: 'a' });
    expect(server.requests).toHaveLength(3);
  });

  it('is put right by S3', async () => {
    const server = await strictService(HOUR, tooSkewed);
    const store = s3ObjectStore({ ...server.client, forcePathStyle: true, maxAttempts: 2 });
    const fetched = await Promise.all(Array.from({ length: 5 }, () => store.fetch(OBJECT, 1_000)));
    expect(fetched).toHaveLength(5);
    expect(server.requests).toHaveLength(10);
  });

  it('that is put right itself meanwhile is so again', async () => {
    let ahead = HOUR;
    const server = await scriptedServer((request) => {
      const now = Date.now() + ahead;
      const isRight = Math.abs(signedAt(request) - now) < TOLERATED_MILLISECONDS;
      return isRight ? FOUND : refused(new Date(now).toUTCString());
    });
    const table = dynamoDbTagTable({ tableName: 't', client: { ...server.client, maxAttempts: 2 } });
    await table.read(READ);
    ahead = 0;
    expect(await table.read(READ)).toEqual({ PK: 'a' });
    expect(server.requests).toHaveLength(4);
  });
});

describe('a refusal for the time is not sent again', () => {
  const rejected = async (answer: (date: string) => ScriptedAnswer) => {
    const server = await strictService(HOUR, answer);
    const table = dynamoDbTagTable({ tableName: 't', client: { ...server.client, maxAttempts: 3 } });
    await expect(table.read(READ)).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    return server.requests.length;
  };

  it.each([
    ['without a time', () => ({ ...refused(''), headers: { date: 'today' } })],
    ['of a cache', (date: string) => ({ ...refused(date), headers: { date, age: '3600' } })],
  ])('%s', async (_, answer) => {
    expect(await rejected(answer)).toBe(1);
  });

  it('where the user takes the clock for right', async () => {
    const settings = { systemClockOffset: 0, disableClockSkewCorrection: async () => true };
    const clock = correctedClock(settings);
    const error = Object.assign(new Error('no'), { name: 'RequestTimeTooSkewed', $metadata: {} });
    const date = new Date(Date.now() + HOUR).toUTCString();
    expect(await clock.corrected(error, { date }, clock.now())).toMatchObject({ $metadata: {} });
    expect(error.$metadata).toEqual({});
    expect(settings.systemClockOffset).toBe(0);
  });
});

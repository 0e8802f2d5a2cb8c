import { describe, expect, it } from 'vitest';
import { bucketFindings, modelFindings, NOTHING, notLookedAt } from '../../infra/preflight/findings.ts';
import { type PlacedSettings, placeFindings } from '../../infra/preflight/place-findings.ts';

describe('what is said of an existing bucket', () => {
  it('is nothing where it is in the stack’s region', () => {
    expect(bucketFindings('photos', { kind: 'there' }, 'eu-west-1')).toEqual(NOTHING);
  });

  it('rejects one that does not exist, and one in another region', () => {
    const { faults } = bucketFindings('photos', { kind: 'missing' }, 'eu-west-1');
    expect(faults).toEqual([expect.stringMatching(/^Expected a bucket that exists .* there is no photos/)]);
    const elsewhere = bucketFindings('photos', { kind: 'elsewhere', region: 'us-east-2' }, 'eu-west-1');
    expect(elsewhere.faults).toEqual([expect.stringMatching(/eu-west-1.*photos is in us-east-2/)]);
  });

  it('is a notice where it may not be looked at', () => {
    const { faults, notices } = bucketFindings('photos', { kind: 'denied' }, 'eu-west-1');
    expect(faults).toEqual([]);
    expect(notices).toEqual([expect.stringContaining('s3:ListBucket')]);
  });
});

describe('what is said of a model on a table', () => {
  const change = {
    ...{ stackName: 'Cliptag', tableName: 'tags', bucketNames: 'photos-a,photos-b', modelDigest: 'new' },
    replaceEmbeddings: false,
  };

  it('is nothing where all embeddings are of this model, or where there are none', () => {
    expect(modelFindings({ ...change, stored: new Map([['new', 7]]) })).toEqual(NOTHING);
    expect(modelFindings({ ...change, stored: new Map() })).toEqual(NOTHING);
  });

  it('rejects it where there are embeddings of another, with both ways out', () => {
    const { faults } = modelFindings({
      ...change,
      stored: new Map([
        ['new', 400],
        ['old', 12],
      ]),
    });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain('12 of the 412 images looked at');
    expect(faults[0]).toContain('-c stackName=Cliptag-2 -c bucket=photos-a,photos-b');
    expect(faults[0]).toContain(
      '-c replaceEmbeddings=true, then npx cliptag backfill s3://BUCKET/ --stack Cliptag for each bucket',
    );
    expect(faults[0]).toContain('npx cliptag backfill s3://BUCKET/ --stack Cliptag-2');
  });

  it('is a notice once it has been said that they are to be replaced', () => {
    const { faults, notices } = modelFindings({
      ...change,
      stored: new Map([['old', 12]]),
      replaceEmbeddings: true,
    });
    expect(faults).toEqual([]);
    expect(notices).toEqual([
      expect.stringContaining('until npx cliptag backfill s3://BUCKET/ --stack Cliptag tags their'),
    ]);
  });
});

it('what could not be looked at is a notice, in one line', () => {
  const error = Object.assign(new Error('not authorized\nto do this'), { name: 'AccessDenied' });
  const notice =
    'The stack Cliptag could not be looked at before the deployment (AccessDenied: not authorized)';
  expect(notLookedAt('The stack Cliptag', error)).toEqual({ faults: [], notices: [notice] });
});

describe('what lies in another region or account', () => {
  const look = (settings: PlacedSettings) => placeFindings(settings, '123456789012', 'eu-west-1').faults;
  const arn = (service: string, region: string) => `arn:aws:${service}:${region}:123456789012:one`;

  it.each([
    ['bucketKey', { bucketKey: [arn('kms', 'eu-west-1'), arn('kms', 'us-east-1')] }],
    ['tableKey', { tableKey: arn('kms', 'us-east-1') }],
    ['dataKey', { dataKey: arn('kms', 'us-east-1') }],
    ['alarmTopic', { alarmTopic: arn('sns', 'us-east-1') }],
    ['resultEvents', { resultEvents: arn('events', 'us-east-1') }],
  ])('is rejected for %s', (name, settings) => {
    expect(look(settings)).toEqual([
      expect.stringMatching(`^Expected an ARN of eu-west-1, .* for ${name} but received .* of us-east-1$`),
    ]);
  });

  it('is told to be named as what it is', () => {
    const own = [{ account: '123456789012', bucketName: 'ours' }];
    expect(look({ foreignBucket: own })).toEqual([expect.stringContaining('name it in bucket')]);
  });

  it('is nothing where all is here', () => {
    const foreignBucket = [{ account: '111122223333', bucketName: 'theirs' }];
    const here = arn('kms', 'eu-west-1');
    expect(look({ foreignBucket, bucketKey: [here], tableKey: here, resultEvents: true })).toEqual([]);
    expect(look({})).toEqual([]);
  });
});

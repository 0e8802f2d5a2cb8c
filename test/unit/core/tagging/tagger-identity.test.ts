import { describe, expect, it } from 'vitest';
import type { Classifier } from '../../../../functions/core/labels/classifier.ts';
import { parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import {
  isSettled,
  isTaggedBy,
  labelSetIdentity,
  SETTLING_ATTRIBUTES,
  type SettlingRecord,
  taggerIdentity,
} from '../../../../functions/core/tagging/tagger-identity.ts';

const trips = [{ prefix: 'trips/' }];
const identity = {
  modelDigest: 'model',
  labelSets: [{ digest: 'things-1' }, { digest: 'places-1', appliesTo: trips }],
};
const record = (changes: Partial<SettlingRecord> = {}): SettlingRecord => ({
  bucket: 'photos',
  key: 'a.jpg',
  status: 'tagged',
  eTag: 'one',
  modelDigest: 'model',
  labelSets: { things: 'things-1' },
  ...changes,
});
const both = { things: 'things-1', places: 'places-1' };

describe('a record is tagged', () => {
  it.each<[string, Partial<SettlingRecord>, boolean]>([
    ['by the very model and label sets', {}, true],
    ['by those that apply to it', { key: 'trips/a.jpg', labelSets: both }, true],
    ['not by another model', { modelDigest: 'other' }, false],
    ['not by another version of a label set', { labelSets: { things: 'things-2' } }, false],
    ['not where a label set is missing', { key: 'trips/a.jpg' }, false],
    ['not by a label set too many', { labelSets: both }, false],
    ['not where it names no label sets', { labelSets: undefined }, false],
    [
      'not by two of which one is another',
      { key: 'trips/a.jpg', labelSets: { ...both, places: 'places-2' } },
      false,
    ],
  ])('%s', (_, changes, isTagged) => {
    expect(isTaggedBy(record(changes), identity)).toBe(isTagged);
  });

  it('by a tagger without label sets where it names none', () => {
    const none = { modelDigest: 'model', labelSets: [] };
    expect(isTaggedBy(record({ labelSets: undefined }), none)).toBe(true);
  });
});

describe('a state of an object is settled', () => {
  it.each<[string, Partial<SettlingRecord>, boolean]>([
    ['when its record was tagged by the same', {}, true],
    ['not when its record was tagged by another', { modelDigest: 'other' }, false],
    ['not when its record is of another state', { eTag: 'two' }, false],
    ['not when its record is of another state that failed', { eTag: 'two', status: 'failed' }, false],
    ['not when its record is a tombstone', { status: 'deleted' }, false],
    ['when it failed for good', { status: 'failed', reasonCode: 'corrupt' }, true],
    ['when it is of a kind that is not read', { status: 'unsupported', reasonCode: 'not-an-image' }, true],
    ['when it failed without a code', { status: 'failed' }, true],
    ['not when it was too large, for limits change', { status: 'failed', reasonCode: 'too-large' }, false],
    ['not when it was too slow, for machines change', { status: 'failed', reasonCode: 'too-slow' }, false],
    [
      'not when it was archived, for it may be restored',
      { status: 'unsupported', reasonCode: 'not-readable' },
      false,
    ],
  ])('%s', (_, changes, settled) => {
    expect(isSettled(record(changes), { eTag: 'one' }, identity)).toBe(settled);
  });

  it('by attributes that are all there is to read', () => {
    const read: string[] = [];
    const watched = new Proxy(record({ status: 'failed', reasonCode: 'corrupt' }), {
      get: (target, name) => {
        read.push(String(name));
        return Reflect.get(target, name);
      },
    });
    isSettled(watched, { eTag: 'one' }, identity);
    isTaggedBy(watched, identity);
    expect(SETTLING_ATTRIBUTES.toSorted()).toEqual([...new Set(read)].sort());
  });
});

describe('the identity of a tagger', () => {
  const parsed = (settings: object) =>
    parseLabelSet(
      { name: 'things', version: 1, mode: 'independent', labels: ['cat'], ...settings },
      'things',
    );

  it('is its model, and its label sets by their digests with where they apply', () => {
    const labelSet = parsed({ appliesTo: trips });
    const classifier = { labelSet, labelSetDigest: 'known' } as Classifier;
    expect(taggerIdentity('model', [classifier])).toEqual({
      modelDigest: 'model',
      labelSets: [{ digest: 'known', appliesTo: trips }],
    });
  });

  it('takes the digest of the label set itself where none is given, and no place where it applies to all', () => {
    const labelSet = parsed({});
    expect(Object.entries(labelSetIdentity(labelSet, 'd1'))).toEqual([['digest', 'd1']]);
  });
});

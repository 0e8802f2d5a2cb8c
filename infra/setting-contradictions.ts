import { roomFaults } from './constructs/intake/filter-room.ts';
import { filterFaults, foreignFaults, SETTING_NAMES } from './constructs/intake/upload-filter.ts';
import {
  baseImageFaults,
  canaryBucketFaults,
  contradictions,
  NO_INDEX_FOR_TABLE,
} from './options/contradictions.ts';
import { sameNameFaults } from './options/foreign-bucket.ts';
import type { Settings } from './settings.ts';

/** Settings that are in range, but contradict each other. */
export function settingContradictions(settings: Settings): readonly string[] {
  return [
    ...tableFaults(settings),
    ...vpcFaults(settings),
    ...contradictions(settings, (name) => name),
    ...baseImageFaults(settings),
    ...canaryBucketFaults(settings.canary, settings.bucket.length, settings.foreignBucket.length),
    ...filterFaults(settings, settings.bucket),
    ...foreignFaults(settings, settings.foreignBucket, FOREIGN_NAMES),
    ...sameNameFaults(settings.bucket, settings.foreignBucket),
    ...roomFaults(settings, namesOf(settings), SETTING_NAMES),
    ...tagFaults(settings.tags),
  ];
}

function namesOf({ bucket, foreignBucket }: Settings): readonly string[] {
  return [...bucket, ...foreignBucket.map(({ bucketName }) => bucketName)];
}

/** AWS takes 50 for a resource (https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html), and the CDK has some of its own. */
const MAXIMUM_TAGS = 45;

function tagFaults(tags: readonly string[]): readonly string[] {
  const names = tags.map((tag) => tag.slice(0, tag.indexOf('=')));
  const again = new Set(names.filter((name, i) => names.indexOf(name) < i));
  return [
    ...[...again].map((name) => `Expected each of the tags once but received ${name} again`),
    ...(tags.length > MAXIMUM_TAGS
      ? [`Expected at most ${MAXIMUM_TAGS} tags but received ${tags.length}`]
      : []),
  ];
}

const FOREIGN_NAMES = { bucket: 'foreignBucket', prefix: 'prefix', suffix: 'suffix' };

function tableFaults({ table, tableStream, vectorIndex }: Settings): readonly string[] {
  const isOfTable = table !== undefined && tableStream?.includes(`:table/${table}/stream/`);
  return [
    ...(table !== undefined && vectorIndex ? [NO_INDEX_FOR_TABLE] : []),
    ...(tableStream !== undefined && !isOfTable
      ? [`Expected table to name the table of tableStream ${tableStream} but received ${table ?? 'none'}`]
      : []),
  ];
}

function vpcFaults({ vpc, subnets, securityGroups, isolated }: Settings): readonly string[] {
  if (vpc !== undefined && isolated) {
    return [`Expected isolated to be false with vpc but received true: the network is one or the other`];
  }
  if (vpc !== undefined) return subnets.length > 0 ? [] : ['Expected subnets with vpc but received none'];
  const given = [...subnets, ...securityGroups];
  return given.length > 0 ? [`Expected a vpc with ${given.join(', ')} but received none`] : [];
}

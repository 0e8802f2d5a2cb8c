import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, longest first: one that began last would keep the others waiting for its end. */
const LONG = [
  'deployment/moto-deployment',
  'deployment/moto-isolated',
  'deployment/container',
  'deployment/backfill-workflow',
  'deployment/moto-foreign-bucket',
  'deployment/cdk-synth',
  'deployment/retag-workflow',
  'deployment/home-server',
  'e2e/local-pipeline',
  'e2e/cli-backfill',
  'e2e/cookbook',
  'unit/core/tagging/tag-image.property',
  'integration/s3-endpoint-clients',
  'integration/tag-image.property',
  'integration/outage',
  'e2e/cli-retag',
];

/** Long files first, all others by their names. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const place = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return place === -1 ? LONG.length : place;
}

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, longest first: one that began last would keep the others waiting for its end. */
const LONG = [
  'integration/backfill-workflow',
  'integration/moto-deployment',
  'integration/retag-workflow',
  'infra/cdk-synth',
  'e2e/local-pipeline',
  'integration/preflight',
  'integration/outage',
  'e2e/cli-backfill',
  'integration/container-image',
  'unit/core/tagging/tag-image.property',
  'e2e/cli-redrive',
  'e2e/cli-retag',
];

/** Long files first, and unit tests last, for workers are not shared between them and the others. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

function rank({ moduleId, project }: TestSpecification): number {
  const place = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return (place === -1 ? LONG.length : place) + (project.name === 'unit' ? 1_000 : 0);
}

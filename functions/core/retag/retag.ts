import { forEachPage, type ImageScope, type ScanOptions, SEGMENTS } from '../records/table-scan.ts';
import type { RetagFindings } from './findings.ts';
import { MAXIMUM_CONCURRENT_IMAGES, planPass, type RetagPass, writePass } from './passes.ts';
import type { Retagger } from './retagger.ts';

/**
 * What retagging would change. Writes nothing.
 *
 * @param options.withSweep whether label entries are checked, too, which takes longer. @default false: none are counted
 */
export function planRetag(
  retagger: Retagger,
  scope: ImageScope = {},
  { withSweep = false } = {},
): Promise<RetagFindings> {
  return wholeTable(retagger, { ...scope, isOnlyTagged: !withSweep }, planPass(retagger));
}

/**
 * Brings every tagged image to what the label sets make of its stored embedding, and removes label entries that no image
 * record confirms. May run beside the pipeline and beside another run, and may be stopped at any moment: the records say
 * which of them are done, so that the next run does the rest.
 */
export function retag(retagger: Retagger, scope: ImageScope = {}): Promise<RetagFindings> {
  return wholeTable(retagger, scope, writePass(retagger, MAXIMUM_CONCURRENT_IMAGES / SEGMENTS));
}

async function wholeTable({ table }: Retagger, scope: ScanOptions, pass: RetagPass): Promise<RetagFindings> {
  await forEachPage(table, scope, (items) => pass.work(items));
  await pass.end();
  return pass.findings();
}

import { forEachPage, type ImageScope, type ScanOptions, SEGMENTS } from '../records/table-scan.ts';
import type { RetagFindings } from './findings.ts';
import { IMAGES_AT_ONCE, planPass, type RetagPass, writePass } from './passes.ts';
import type { Retagger } from './retagger.ts';

/**
 * What retagging would change. Writes nothing.
 *
 * @param withSweep whether label entries are looked at too, which takes longer. @default false: none are counted
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
 * record confirms. May run beside the pipeline and beside itself, and be stopped at any moment: the records say which of
 * them are done, so that another run does the rest.
 */
export function retag(retagger: Retagger, scope: ImageScope = {}): Promise<RetagFindings> {
  return wholeTable(retagger, scope, writePass(retagger, IMAGES_AT_ONCE / SEGMENTS));
}

async function wholeTable({ table }: Retagger, scope: ScanOptions, pass: RetagPass): Promise<RetagFindings> {
  await forEachPage(table, scope, (items) => pass.see(items));
  await pass.end();
  return pass.findings();
}

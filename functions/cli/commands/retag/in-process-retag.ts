import type { ImageScope } from '../../../core/records/table-scan.ts';
import type { ScannableTable } from '../../../core/records/tag-table.ts';
import { planRetag, retag } from '../../../core/retag/retag.ts';
import type { Retagger } from '../../../core/retag/retagger.ts';
import type { LabelSetsOfModel } from '../../../core/retag/retagging.ts';
import { digestsOf } from '../../../core/retag/run.ts';
import type { RetagRunner } from './retag-run.ts';

/**
 * This process reads the table, scores and writes.
 *
 * @param requireSame rejects when the label sets have changed since the plan was made
 */
export function inProcessRetag(
  labelSets: LabelSetsOfModel,
  table: ScannableTable,
  scope: ImageScope,
  requireSame: () => Promise<void> = async () => {},
): RetagRunner {
  const retagger = (onProgress: (images: number) => void): Retagger => ({
    ...labelSets,
    table,
    now: () => new Date(),
    onProgress,
  });
  return {
    plan: async (withSweep, show) => ({
      findings: await planRetag(retagger(show), scope, { withSweep }),
      ...digestsOf(labelSets),
    }),
    async write(_plan, show) {
      await requireSame();
      return retag(retagger(show), scope);
    },
  };
}

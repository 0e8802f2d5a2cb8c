import type { ScannableTable } from '../../core/ports.ts';
import { planRetag, type Retagger, retag } from '../../core/retag.ts';
import { digestsOf } from '../../core/retag-run.ts';
import type { LabelSetsOfModel } from '../../core/retagging.ts';
import type { ImageScope } from '../../core/table-scan.ts';
import type { RetagWay } from './retag-dialogue.ts';

/** This process reads the table, scores and writes. */
export function ownRetag(labelSets: LabelSetsOfModel, table: ScannableTable, scope: ImageScope): RetagWay {
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
    write: (_plan, show) => retag(retagger(show), scope),
  };
}

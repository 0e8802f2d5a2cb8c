import { countText } from '../../terminal/amounts.ts';
import type { Repairs } from './repair.ts';

/** What was lost and what is done about it, in one line; `undefined` when nothing was. */
export function repairLine(repairs: Repairs): string | undefined {
  const { damage, restored, dropped, missing, gone, entriesAdded, entriesRemoved, indexed } = repairs;
  const parts = [
    [damage.length, `parts of stores lost (the first: ${damage[0]})`],
    [restored, 'objects restored from their files'],
    [dropped, 'objects without files dropped'],
    [missing, 'pictures without their record sent to be tagged'],
    [gone, 'records of removed pictures sent to be closed'],
    [entriesAdded, 'label entries added'],
    [entriesRemoved, 'label entries removed'],
    [indexed, 'items of the index mended'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${countText(count)} ${what}`);
  return told.length > 0 ? `Repair: ${told.join('; ')}` : undefined;
}

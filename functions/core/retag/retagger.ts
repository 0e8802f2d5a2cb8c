import type { ScannableTable } from '../records/tag-table.ts';
import type { LabelSetsOfModel } from './retagging.ts';

/** All that retagging takes: no bucket, no picture and no image encoder. */
export interface Retagger extends LabelSetsOfModel {
  readonly table: ScannableTable;
  readonly now: () => Date;
  /** Told how many tagged images have been looked at so far. */
  readonly onProgress?: (images: number) => void;
}

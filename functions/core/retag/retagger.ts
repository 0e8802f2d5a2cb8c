import type { ScannableTable } from '../records/tag-table.ts';
import type { LabelSetsOfModel } from './retagging.ts';

/** All that retagging needs: no bucket, no picture and no image encoder. */
export interface Retagger extends LabelSetsOfModel {
  readonly table: ScannableTable;
  readonly now: () => Date;
  /** Shards that the table is to have at least. @default as many as it has */
  readonly shards?: number | undefined;
  /** Called with the number of tagged images that have been worked on so far. */
  readonly onProgress?: (images: number) => void;
}

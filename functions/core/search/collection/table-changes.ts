import type { CollectedRecord } from '../image-collection.ts';

/** What has happened to a table's image records after a position, oldest first for each image. */
export interface Changes {
  readonly changed: readonly TableChange[];
  /** After these changes. */
  readonly position: string;
}

export type TableChange =
  | { readonly kind: 'put'; readonly record: CollectedRecord }
  /** The record is gone from the table altogether. */
  | { readonly kind: 'removed'; readonly image: Pick<CollectedRecord, 'bucket' | 'key'> };

/** Tells what changes in a table, so that nobody need read all of it again. */
export interface TableChanges {
  /** Where the changes are now: every write that begins after this call comes after the position. */
  now(): Promise<string>;
  /**
   * The changes after a position, until there are no more at hand. `undefined` when some of them are no longer kept, or
   * there are more than reading the table anew would take.
   */
  since(position: string): Promise<Changes | undefined>;
}

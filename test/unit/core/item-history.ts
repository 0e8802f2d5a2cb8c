import type { Item, PrimaryKey } from '../../../functions/core/records/tag-table.ts';

/** All states of one item. */
export interface Cell {
  readonly key: PrimaryKey;
  readonly current: Item | undefined;
}

interface OwnCell extends Cell {
  /** The key's UTF-8 bytes as characters, so that plain comparison sorts as DynamoDB does. */
  readonly partitionOrder: string;
  readonly sortOrder: string;
  readonly states: Array<{ readonly at: number; readonly item: Item | undefined }>;
  current: Item | undefined;
}

/**
 * The items of a table with what they were before, so that a read can show them as they were some writes ago. Items that
 * are gone keep their place.
 */
export class ItemHistory {
  private readonly partitions = new Map<string, OwnCell[]>();
  private readonly cells = new Map<string, OwnCell>();
  private sorted: OwnCell[] = [];
  private writes = 0;

  find({ PK, SK }: PrimaryKey): Cell | undefined {
    return this.cells.get(`${PK}\n${SK}`);
  }

  /** The place of an item, which is made if there is none yet. */
  cellOf({ PK, SK }: PrimaryKey): Cell {
    const id = `${PK}\n${SK}`;
    const known = this.cells.get(id);
    if (known) return known;
    const [partitionOrder, sortOrder] = [byteOrder(PK), byteOrder(SK)];
    const cell: OwnCell = { key: { PK, SK }, partitionOrder, sortOrder, states: [], current: undefined };
    this.cells.set(id, cell);
    const partition = this.partitions.get(PK) ?? [];
    this.partitions.set(PK, inserted(partition, cell));
    this.sorted = inserted(this.sorted, cell);
    return cell;
  }

  set(cell: Cell, item: Item | undefined): void {
    const own = cell as OwnCell;
    own.states.push({ at: ++this.writes, item });
    own.current = item;
  }

  /** The item as it was that many writes of the whole table ago. */
  itemAt(cell: Cell, writesAgo: number): Item | undefined {
    if (writesAgo === 0) return cell.current;
    const then = this.writes - writesAgo;
    return (cell as OwnCell).states.findLast(({ at }) => at <= then)?.item;
  }

  /** In the order of the keys. */
  all(): readonly Cell[] {
    return this.sorted;
  }

  /** In the order of the sort keys. */
  partition(PK: string): readonly Cell[] {
    return this.partitions.get(PK) ?? [];
  }
}

function byteOrder(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** A new array, since readers may be on their way through the old one. */
function inserted(cells: readonly OwnCell[], cell: OwnCell): OwnCell[] {
  const place = cells.findIndex((other) => isBefore(cell, other));
  return place < 0 ? [...cells, cell] : cells.toSpliced(place, 0, cell);
}

function isBefore(a: OwnCell, b: OwnCell): boolean {
  if (a.partitionOrder !== b.partitionOrder) return a.partitionOrder < b.partitionOrder;
  return a.sortOrder < b.sortOrder;
}

import type { ScannableTable } from '../core/records/tag-table.ts';
import { changingCollection, type TableCollection } from '../core/search/collection/changing-collection.ts';
import { collectionFrom, snapshotOf } from '../core/search/collection/snapshot.ts';
import type { SnapshotStore } from '../core/search/collection/snapshot-store.ts';
import type { TableChange, TableChanges } from '../core/search/collection/table-changes.ts';
import type { CollectedRecord } from '../core/search/image-collection.ts';
import { compareWithTable, readImages, readTable } from './table-reading.ts';

export interface TableSearchOptions {
  readonly table: Pick<ScannableTable, 'scan' | 'readBatch'>;
  /** Model whose embeddings are compared. */
  readonly modelDigest: string;
  /** Dimensions of the model's embeddings. @default those of the first one that is read */
  readonly embeddingSize?: number | undefined;
  /** @default none: `refresh` compares with the table instead, every `compareSeconds` */
  readonly changes?: TableChanges | undefined;
  /** @default none: each process reads the whole table when it starts */
  readonly snapshots?: SnapshotStore | undefined;
  /**
   * How old the collection may become where there are no changes to follow; `Infinity` where this process is told of all
   * writes by `take`.
   * @default 300
   */
  readonly compareSeconds?: number | undefined;
  /** Called with what went wrong and is made up for: a snapshot that cannot be read or written, a refresh that failed. */
  readonly warn?: ((what: string, error: unknown) => void) | undefined;
  /** Milliseconds of a clock. */
  readonly now?: (() => number) | undefined;
}

/** A collection that follows its table. */
export interface TableSearch {
  /** The same one for ever. Complete once `loaded` is fulfilled; before, it is what the snapshot had. */
  readonly collection: TableCollection;
  /** Whether there was a snapshot, so that answers can be given before `loaded`. */
  readonly hasSnapshot: boolean;
  /** When the collection is what the table was when the search was opened, or later. */
  readonly loaded: Promise<void>;
  /**
   * Waits for `loaded`, then takes over what has changed, at most once a second: to be awaited before an answer, where
   * others write the table.
   */
  refresh(): Promise<void>;
  /** Takes over a record that this process has written. */
  take(record: CollectedRecord): void;
  /** Takes over some images as the table has them now, after someone else's writes. */
  look(images: readonly Pick<CollectedRecord, 'bucket' | 'key'>[]): Promise<void>;
  /** Reads nothing more; saves a snapshot if there was a change since the last one. */
  close(): Promise<void>;
}

const REFRESH_MILLISECONDS = 1_000;
const DEFAULT_COMPARE_SECONDS = 300;
/** Changes after which a running process saves a snapshot: a start after it would have to read as many images. */
const CHANGES_BEFORE_SAVING = 5_000;
/** Between two snapshots, or tries: each copies a third of the collection, in the midst of other work. */
const SAVING_MILLISECONDS = 300_000;

/**
 * Opens a search over a table: restores the last snapshot and returns, while the collection becomes what the table is.
 *
 * @example
 * const search = await openTableSearch({ table, modelDigest, changes, snapshots });
 * await search.refresh(); // before each answer
 * search.collection.cosines(textEmbedding);
 */
export async function openTableSearch(options: TableSearchOptions): Promise<TableSearch> {
  const { table, modelDigest, embeddingSize, changes, snapshots } = options;
  const { compareSeconds = DEFAULT_COMPARE_SECONDS, warn = () => {}, now = Date.now } = options;
  const restored = await restoredCollection(snapshots, modelDigest, warn);
  const collection = restored?.collection ?? changingCollection({ modelDigest, embeddingSize });
  let position = restored?.position;
  let savedVersion = restored ? collection.version : -1;
  let readAt = Number.NEGATIVE_INFINITY;
  let triedSavingAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  async function load(): Promise<void> {
    if (!(await follow())) {
      // Before the table is read, so that no change falls between the two.
      position = await changes?.now();
      if (collection.rowCount === 0) await readTable(table, collection);
      else await compareWithTable(table, collection);
      await follow();
    }
    readAt = now();
    saveWhenDue(savedVersion < 0 ? 0 : CHANGES_BEFORE_SAVING);
  }

  /** Takes over what came after the position; false when that cannot be known. */
  async function follow(): Promise<boolean> {
    if (!changes || position === undefined) return false;
    const found = await changes.since(position);
    if (!found) return false;
    for (const change of found.changed) takeChange(collection, change);
    position = found.position;
    return true;
  }

  async function catchUp(): Promise<void> {
    if (changes ? now() - readAt < REFRESH_MILLISECONDS : now() - readAt < compareSeconds * 1_000) return;
    await load();
  }

  const save = inTurn(async () => {
    const { version } = collection;
    if (!snapshots || version === savedVersion) return;
    await snapshots.write(snapshotOf(collection, position));
    savedVersion = version;
  });

  function saveWhenDue(changesBefore: number): void {
    if (isClosed || !snapshots || collection.version - savedVersion <= changesBefore) return;
    if (now() - triedSavingAt < SAVING_MILLISECONDS) return;
    triedSavingAt = now();
    save().catch((error: unknown) => warn('The snapshot of the search was not saved', error));
  }

  const loading = inTurn(load);
  const catchingUp = inTurn(catchUp);
  let loaded = loading();
  loaded.catch(() => {}); // whoever waits for it is told

  return {
    collection,
    hasSnapshot: restored !== undefined,
    get loaded() {
      return loaded;
    },
    async refresh() {
      const isLoaded = await loaded.then(
        () => true,
        () => false,
      );
      if (!isLoaded) {
        loaded = loading();
        return loaded;
      }
      await catchingUp().catch((error: unknown) => warn('The search could not be refreshed', error));
    },
    take(record) {
      collection.take(record);
      saveWhenDue(CHANGES_BEFORE_SAVING);
    },
    look: (images) => readImages(table, collection, images),
    async close() {
      isClosed = true;
      await loaded.catch(() => {});
      await save();
    },
  };
}

async function restoredCollection(
  snapshots: SnapshotStore | undefined,
  modelDigest: string,
  warn: NonNullable<TableSearchOptions['warn']>,
) {
  try {
    const chunks = await snapshots?.read();
    return chunks && (await collectionFrom(chunks, modelDigest));
  } catch (error) {
    warn('The snapshot of the search was not read', error);
    return undefined;
  }
}

function takeChange(collection: TableCollection, change: TableChange): void {
  if (change.kind === 'put') collection.take(change.record);
  else collection.remove(change.image);
}

/** Calls that come while one is under way wait for the same outcome. */
function inTurn(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** A collection as bytes. */
export interface Snapshot {
  readonly byteLength: number;
  /** To be read once. */
  readonly chunks: Iterable<Uint8Array>;
}

/** Keeps the newest snapshot of a collection, so that a process which starts need not read the whole table. */
export interface SnapshotStore {
  /** `undefined` when there is none. */
  read(): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Replaces the one that is there, as a whole or not at all. */
  write(snapshot: Snapshot): Promise<void>;
}

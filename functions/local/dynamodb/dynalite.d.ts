/** dynalite ships no types; these are the parts used here (its readme and index.js, version 4.0.0). */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** Folder of the LevelDB store; in memory when left out. */
    readonly path?: string;
    /** Time a new table stays in CREATING. @default 500 */
    readonly createTableMs?: number;
  }

  /** A server that is not listening yet. Its `close` also closes the store. */
  export default function dynalite(options?: DynaliteOptions): Server;
}

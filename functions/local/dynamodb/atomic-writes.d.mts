/** Types of atomic-writes.mjs, for those that are not JavaScript. */
export function writeAtomically(db: object): void;

/** Types of atomic-writes.mjs, for those that are not JavaScript. */
export function writeAtomically(db: object): {
  readonly takeIndexWrites: () => object[];
  readonly noteWrite: () => void;
  readonly writesSoFar: () => number;
};

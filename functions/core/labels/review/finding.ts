/** What a model makes of a label set that is well-formed, and that its author may not mean. */
export interface Finding {
  readonly code: FindingCode;
  /** Where, as a path in the label set. */
  readonly path: readonly PropertyKey[];
  /** The labels that it is about. */
  readonly labels: readonly string[];
  readonly message: string;
}

/**
 * `near-labels`: two labels are one to the model. `says-nothing`: a label is no more than any picture to it.
 * `synonym-elsewhere`: a synonym is another label to it. `cut-prompt`: it reads a prompt's beginning alone. `word-in-pieces`:
 * it has no token for the letters of a word. `negation`: it does not know what "not" means. `no-none-of-these`: every picture
 * gets the nearest label.
 */
export type FindingCode =
  | 'near-labels'
  | 'says-nothing'
  | 'synonym-elsewhere'
  | 'cut-prompt'
  | 'word-in-pieces'
  | 'negation'
  | 'no-none-of-these';

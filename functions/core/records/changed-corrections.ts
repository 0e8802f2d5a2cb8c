import { type Correction, labelIdentity } from './corrections.ts';

/** What a person says of an image's labels; a label stands in one of the lists only. */
export interface CorrectionChange {
  /** The image has these labels. */
  readonly add?: readonly AddedLabel[];
  /** It has not. */
  readonly remove?: readonly CorrectedLabel[];
  /** The model's own word holds again: what was said of them is taken back. */
  readonly clear?: readonly CorrectedLabel[];
}

export interface CorrectedLabel {
  readonly set: string;
  readonly label: string;
}

export interface AddedLabel extends CorrectedLabel {
  /** Broader labels that it implies, at any level: `animal` of `dog`. @default none */
  readonly parents?: readonly string[] | undefined;
}

/**
 * The corrections of an image after a person has said more. There is one for a label, the last; saying the same again changes
 * nothing, its time included. The broader labels of an added one are added with it, and go with it, unless a person has
 * said something of them as well.
 */
export function changedCorrections(
  before: readonly Correction[],
  { add = [], remove = [], clear = [] }: CorrectionChange,
  now: Date,
): readonly Correction[] {
  const said = new Map(
    before.filter(({ isImplied }) => !isImplied).map((one) => [labelIdentity(one), one] as const),
  );
  const correctedAt = now.toISOString();
  const say = (correction: Correction) => {
    const identity = labelIdentity(correction);
    if (isSame(said.get(identity), correction)) return;
    said.delete(identity);
    said.set(identity, correction);
  };
  for (const { set, label, parents = [] } of add) {
    const implying = parents.length > 0 && { parents };
    say({ set, label, isThere: true, correctedAt, ...implying });
  }
  for (const { set, label } of remove) say({ set, label, isThere: false, correctedAt });
  for (const label of clear) said.delete(labelIdentity(label));
  return [...said.values(), ...implied([...said.values()], before)];
}

function isSame(before: Correction | undefined, after: Correction): boolean {
  const parentsOf = ({ parents = [] }: Correction) => parents.join('#');
  return before?.isThere === after.isThere && parentsOf(before) === parentsOf(after);
}

/** Those of `before` that are implied still are the very same objects. */
function implied(said: readonly Correction[], before: readonly Correction[]): readonly Correction[] {
  const known = new Set(said.map(labelIdentity));
  const implications = new Map<string, Correction>();
  for (const { set, parents = [], correctedAt } of said) {
    for (const label of parents) {
      const identity = labelIdentity({ set, label });
      if (known.has(identity) || implications.has(identity)) continue;
      const stands = before.find((one) => one.isImplied && labelIdentity(one) === identity);
      const begun = { set, label, isThere: true, correctedAt, isImplied: true };
      implications.set(identity, stands ?? begun);
    }
  }
  return [...implications.values()];
}

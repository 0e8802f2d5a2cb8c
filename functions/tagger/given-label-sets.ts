import { InvalidInput } from '../core/errors.ts';
import { adHocLabelSet } from '../core/labels/ad-hoc-label-set.ts';
import { type LabelSet, parseLabelSet } from '../core/labels/label-set.ts';
import type { LabelSetInput } from './label-set-input.ts';

/** What a program names to tag with. */
export interface GivenLabels {
  /** Paths of label sets, and label sets written in code. */
  readonly labelSets?: ReadonlyArray<string | LabelSetInput> | undefined;
  /** Labels with no label set. */
  readonly labels?: readonly string[] | undefined;
  readonly exclusive?: boolean | undefined;
}

/**
 * The label sets that a program names; the general one where it names none.
 *
 * @throws {InvalidInput} with every fault of all of them
 */
export async function givenLabelSets({
  labelSets,
  labels,
  exclusive,
}: GivenLabels): Promise<readonly LabelSet[]> {
  const named = labels ? [adHocLabelSet(labels, { isExclusive: exclusive })] : [];
  if (labelSets) return labelSetsOf(labelSets, named);
  const { defaultLabelSets } = await import('./default-label-set.ts');
  return labels ? named : defaultLabelSets();
}

async function labelSetsOf(
  given: ReadonlyArray<string | LabelSetInput>,
  named: readonly LabelSet[],
): Promise<readonly LabelSet[]> {
  const faults: string[] = [];
  const orFaults = (error: unknown) => {
    if (!(error instanceof InvalidInput)) throw error;
    faults.push(...error.faults);
    return [];
  };
  const found: LabelSet[] = [...named];
  const paths = given.filter((entry) => typeof entry === 'string');
  if (paths.length > 0) {
    const { readLabelSets } = await import('../adapters/files/label-set-files.ts');
    found.push(...(await readLabelSets(paths).catch(orFaults)));
  }
  for (const [index, value] of given.entries()) {
    if (typeof value !== 'string') found.push(...writtenLabelSet(value, `labelSets[${index}]`, orFaults));
  }
  if (given.length + named.length === 0) faults.push('Expected at least one label set');
  const names = found.map(({ name }) => name);
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) < index))) {
    faults.push(`Expected a name of its own for each label set, but several are called "${name}"`);
  }
  if (faults.length > 0) throw new InvalidInput('The label sets cannot be used', faults);
  return found;
}

function writtenLabelSet(
  value: LabelSetInput,
  place: string,
  orFaults: (error: unknown) => readonly LabelSet[],
): readonly LabelSet[] {
  try {
    return [parseLabelSet(value, place)];
  } catch (error) {
    return orFaults(
      error instanceof InvalidInput
        ? new InvalidInput(
            place,
            error.faults.map((fault) => `${place}: ${fault}`),
          )
        : error,
    );
  }
}

import { stat } from 'node:fs/promises';
import { type LabelSetToLearn, nameByFile } from '../../../../adapters/files/learned-label-files.ts';
import type { LabelSet } from '../../../../core/labels/label-set.ts';
import type { KnownExamples } from '../../../../core/learning/known-examples.ts';
import { labelToLearn, newLabelSet, withNewLabels } from '../../../../core/learning/label-to-learn.ts';
import { UsageError } from '../../../../terminal/exit-code.ts';
import { labelsAtHand } from '../../../labels/labels-at-hand.ts';
import { tablePlace } from '../../../pipeline/table-flags.ts';
import { chosenLabelSet } from './chosen-label-set.ts';
import type { ExampleWorld } from './example-reader.ts';
import { exampleSource } from './example-source.ts';
import { labelFolders } from './label-folders.ts';
import { examplesByLabel, unknownWords } from './labelled-examples.ts';
import type { LearnFlags } from './learn-flags.ts';
import { httpPortOf } from './learning-world.ts';
import { correctedLessons, ENOUGH_CORRECTIONS, saidExamples } from './lessons.ts';

/** What is to be learned, before any picture is looked at. */
export interface LearningPlan {
  readonly chosen: LabelSetToLearn;
  /** Labels that the label set does not have yet. */
  readonly newLabels: readonly string[];
  /** With these. */
  readonly labelSet: LabelSet;
  /** Whether it is about one label, and not about a whole set. */
  readonly isOne: boolean;
  /** Whether examples are looked up among the stored images. */
  readonly needsTable: boolean;
  /** What the user says of each label. */
  said(world: ExampleWorld): Promise<Said>;
  close(): Promise<void>;
}

export interface Said {
  readonly examples: ReadonlyMap<string, KnownExamples>;
  /** What was left out, and why. */
  readonly remarks: readonly string[];
}

type Remark = (text: string) => void;

/** @throws {UsageError} where it is not clear which label set is meant, or there is nothing to learn from */
export function learningPlan(
  flags: LearnFlags,
  operands: readonly string[],
  remark: Remark,
): Promise<LearningPlan> {
  if (flags.all) return folderPlan(flags, operands, remark);
  const [name] = operands;
  return name === undefined ? correctionsPlan(flags, remark) : labelPlan(name, flags, remark);
}

async function labelPlan(name: string, flags: LearnFlags, remark: Remark): Promise<LearningPlan> {
  const { positive = [], negative = [] } = flags;
  const withCorrections = flags['from-corrections'] === true;
  const chosen = await chosenFor(name, flags, remark);
  const { label, isNew } = labelToLearn(name, chosen.labelSet);
  const newLabels = isNew ? [label] : [];
  return {
    chosen,
    newLabels,
    labelSet: extended(chosen, newLabels),
    isOne: true,
    needsTable: withCorrections || (await anyStored([...positive, ...negative])),
    said: async (world) => {
      const { said, remarks } = await saidExamples(label, { positive, negative, withCorrections }, world);
      return { examples: new Map([[label, said]]), remarks };
    },
    close: async () => {},
  };
}

async function correctionsPlan(flags: LearnFlags, remark: Remark): Promise<LearningPlan> {
  const chosen = await chosenFor(undefined, flags, remark);
  const { labelSet } = chosen;
  if (!labelSet) throw new UsageError([`there is no label set ${chosen.path} to learn from corrections`]);
  return {
    chosen,
    newLabels: [],
    labelSet,
    isOne: false,
    needsTable: true,
    said: async (world) => {
      const examples = correctedLessons(labelSet, world);
      if (examples.size > 0) return { examples, remarks: [] };
      throw new UsageError([
        `people have added no label of "${labelSet.name}" to ${ENOUGH_CORRECTIONS} images with an embedding of this model: there is too little to learn from`,
      ]);
    },
    close: async () => {},
  };
}

async function folderPlan(
  flags: LearnFlags,
  operands: readonly string[],
  remark: Remark,
): Promise<LearningPlan> {
  const chosen = await chosenFor(undefined, flags, remark);
  const pictures = await labelFolders(operands);
  try {
    if (pictures.pictures.length === 0)
      throw new UsageError([`there are no pictures in ${operands.join(', ')}`]);
    const newLabels = unknownWords(pictures, chosen.labelSet);
    const labelSet = extended(chosen, newLabels);
    return {
      chosen,
      newLabels,
      labelSet,
      isOne: false,
      needsTable: false,
      said: async (world) => {
        const { byLabel, remarks } = await examplesByLabel(pictures, labelSet, world);
        return { examples: byLabel, remarks: [...pictures.remarks, ...remarks] };
      },
      close: pictures.close,
    };
  } catch (error) {
    await pictures.close();
    throw error;
  }
}

function extended({ path, labelSet }: LabelSetToLearn, names: readonly string[]): LabelSet {
  return withNewLabels(labelSet ?? newLabelSet(nameByFile(path)), names, path);
}

function chosenFor(name: string | undefined, flags: LearnFlags, remark: Remark): Promise<LabelSetToLearn> {
  const atHand = async () => labelsAtHand(undefined, await tablePlace(flags), httpPortOf(flags));
  return chosenLabelSet(name, { set: flags.set, atHand }, remark);
}

/** Whether any of the sources is looked up among the stored images. */
async function anyStored(sources: readonly string[]): Promise<boolean> {
  for (const text of sources) {
    const source = exampleSource(text);
    if (source.kind !== 'name') return true;
    if (!(await stat(source.name).catch(() => undefined))) return true;
  }
  return false;
}

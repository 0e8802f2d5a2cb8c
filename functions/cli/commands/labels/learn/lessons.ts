import { resolve } from 'node:path';
import type { Label, LabelSet } from '../../../../core/labels/label-set.ts';
import type { LabelFit } from '../../../../core/labels/label-set-fit.ts';
import { distinctKnown, type KnownExamples, withEarlier } from '../../../../core/learning/known-examples.ts';
import {
  correctedExamples,
  type ExampleWorld,
  embeddedExamples,
  filePicture,
  readExamples,
  storedExamples,
} from './example-reader.ts';

/** The examples of each label that is to be learned, and what is to be told of them. */
export interface Lessons {
  readonly byLabel: ReadonlyMap<string, Lesson>;
  readonly remarks: readonly string[];
}

/** Examples, each picture once. */
export interface Lesson extends KnownExamples {
  /** How many of them were examples before. */
  readonly earlier: number;
}

export interface LessonSources {
  readonly positive: readonly string[];
  readonly negative: readonly string[];
  readonly withCorrections: boolean;
}

/** Fewer say too little to be learned from without being looked at. */
export const ENOUGH_CORRECTIONS = 3;

/**
 * What the user says of one label.
 *
 * @throws {InvalidInput} for pictures that have it and have not; {@link UsageError} for sources that are nothing
 */
export async function saidExamples(
  label: string,
  { positive, negative, withCorrections }: LessonSources,
  world: ExampleWorld,
): Promise<{ readonly said: KnownExamples; readonly remarks: readonly string[] }> {
  const having = await readExamples(positive, { label, isThere: true }, world);
  const lacking = await readExamples(negative, { label, isThere: false }, world);
  const corrected = (isThere: boolean) =>
    withCorrections ? correctedExamples({ label, isThere }, world) : [];
  return {
    said: {
      positive: [...having.examples, ...corrected(true)],
      negative: [...lacking.examples, ...corrected(false)],
    },
    remarks: [...having.remarks, ...lacking.remarks],
  };
}

/** What people have corrected, of every label of which they have said it often enough. */
export function correctedLessons(
  labelSet: LabelSet,
  world: ExampleWorld,
): ReadonlyMap<string, KnownExamples> {
  const examples = ({ name: label }: Label): [string, KnownExamples] => [
    label,
    {
      positive: correctedExamples({ label, isThere: true }, world),
      negative: correctedExamples({ label, isThere: false }, world),
    },
  ];
  return new Map(
    labelSet.labels.map(examples).filter(([, { positive }]) => positive.length >= ENOUGH_CORRECTIONS),
  );
}

/** With what each label was learned from before, unless that is to be forgotten. */
export async function lessonsOf(
  said: ReadonlyMap<string, KnownExamples>,
  before: Readonly<Record<string, LabelFit>>,
  {
    world,
    folder,
    isReplaced,
  }: { readonly world: ExampleWorld; readonly folder: string; readonly isReplaced: boolean },
): Promise<Lessons> {
  const byLabel = new Map<string, Lesson>();
  const remarks: string[] = [];
  for (const [label, examples] of said) {
    const distinct = distinctKnown(examples);
    remarks.push(...repeatedRemarks(label, distinct.repeated));
    const fit = isReplaced || !Object.hasOwn(before, label) ? undefined : before[label];
    if (!fit?.examples) {
      byLabel.set(label, { ...distinct, earlier: 0 });
      continue;
    }
    const earlier = await earlierExamples(fit.examples, { world, folder });
    remarks.push(...earlier.remarks);
    const all = withEarlier(distinct, earlier);
    const count = ({ positive, negative }: KnownExamples) => positive.length + negative.length;
    byLabel.set(label, { ...all, earlier: count(all) - count(distinct) });
  }
  return { byLabel, remarks };
}

async function earlierExamples(
  { positive, negative }: NonNullable<LabelFit['examples']>,
  place: { readonly world: ExampleWorld; readonly folder: string },
) {
  const [having, lacking] = [await known(positive, place), await known(negative, place)];
  return {
    positive: having.examples,
    negative: lacking.examples,
    remarks: [...having.remarks, ...lacking.remarks],
  };
}

/** Examples by the names that a fit has for them, as far as they are there still. */
async function known(
  names: readonly string[],
  { world, folder }: { readonly world: ExampleWorld; readonly folder: string },
) {
  const isStored = (name: string) => name.startsWith('s3://');
  const stored = storedExamples(names.filter(isStored), world);
  const found = new Set(stored.map(({ name }) => name));
  const lost = names.filter((name) => isStored(name) && !found.has(name));
  const files = names
    .filter((name) => !isStored(name))
    .map((name) => filePicture({ path: resolve(folder, name) }, world));
  const { examples, remarks } = await embeddedExamples(files, world);
  return {
    examples: [...stored, ...examples],
    remarks: [
      ...remarks,
      ...lost.map((name) => `${name}, an example of before, is left out: it is not among the stored images`),
    ],
  };
}

/** Names that a remark shows. */
const SHOWN_NAMES = 3;

function repeatedRemarks(label: string, repeated: readonly string[]): readonly string[] {
  if (repeated.length === 0) return [];
  const more = repeated.length > SHOWN_NAMES ? ` and ${repeated.length - SHOWN_NAMES} more` : '';
  return [
    `pictures that are given more than once count once for "${label}": ${repeated.slice(0, SHOWN_NAMES).join(', ')}${more}`,
  ];
}

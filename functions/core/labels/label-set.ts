import type { z } from 'zod';
import { digestOf } from '../digest.ts';
import { InvalidInput } from '../errors.ts';
import { contradictions } from './label-set-contradictions.ts';
import { issueTexts } from './label-set-faults.ts';
import { type LabelSetFit, scoringPart } from './label-set-fit.ts';
import {
  DEFAULT_CONTRAST_PROMPTS,
  LABEL_SET_FIELDS,
  LABEL_SLOT,
  labelSetSchema,
  wellFormedParts,
} from './label-set-schema.ts';
import { PROMPT_CHOICES } from './prompt-choices.ts';
import { noteSpellings } from './spellings.ts';
import type { FindPlace } from './written-place.ts';

/** A label set that has been read: templates that were named are written out. */
export type LabelSet = Omit<z.infer<typeof labelSetSchema>, '$schema' | 'prompts'>;
export type Label = LabelSet['labels'][number];

/**
 * A label set from the value that its file holds.
 *
 * @param source what to call it in an error, e.g. the file's path
 * @param placeOf where its parts are written, for the texts of faults
 * @throws {InvalidInput} naming every fault with its place
 */
export function parseLabelSet(
  value: unknown,
  source: string,
  placeOf: FindPlace = () => undefined,
): LabelSet {
  const result = labelSetSchema.safeParse(value, { reportInput: true });
  const issues = result.error?.issues.flatMap((issue) => issueTexts(issue, LABEL_SET_FIELDS, placeOf)) ?? [];
  const parts = wellFormedParts.safeParse(value).data;
  const faults = [...issues, ...(parts ? contradictions(parts, placeOf) : [])];
  if (!result.success || faults.length > 0) throw new InvalidInput(`${source} is not a label set`, faults);
  const labelSet = withTemplates(result.data);
  noteSpellings(labelSet, value);
  return labelSet;
}

function withTemplates({ $schema: _, prompts, ...labelSet }: z.infer<typeof labelSetSchema>): LabelSet {
  return prompts ? { ...labelSet, promptTemplates: [...PROMPT_CHOICES[prompts]] } : labelSet;
}

/** Digest of everything in a label set that tags by this model depend on: it changes whenever one of them could. */
export function labelSetDigest(labelSet: LabelSet, modelDigest: string): string {
  const fit = fitOf(labelSet, modelDigest);
  return fit ? digestOf({ ...withoutFits(labelSet), fit: scoringPart(fit) }) : wordsDigest(labelSet);
}

const wordsDigests = new WeakMap<LabelSet, string>();

/** Digest of what people have written in a label set, whatever was fitted to it; made once. */
export function wordsDigest(labelSet: LabelSet): string {
  const known = wordsDigests.get(labelSet);
  if (known) return known;
  const digest = digestOf(withoutFits(labelSet));
  wordsDigests.set(labelSet, digest);
  return digest;
}

/** The label set as people have written it. */
export function withoutFits({ fits, ...labelSet }: LabelSet): LabelSet {
  return labelSet;
}

/** The label set with what was fitted to it with this model alone. */
export function withFitOf(labelSet: LabelSet, modelDigest: string): LabelSet {
  const fit = fitOf(labelSet, modelDigest);
  return { ...withoutFits(labelSet), ...(fit && { fits: { [modelDigest]: fit } }) };
}

/** What was fitted to a label set with a model. */
export function fitOf({ fits }: LabelSet, modelDigest: string): LabelSetFit | undefined {
  return fits && Object.hasOwn(fits, modelDigest) ? fits[modelDigest] : undefined;
}

/** Digest of what a fit of a label depends on: its prompts, in any order, and the mode. */
export function promptsDigest(labelSet: LabelSet, label: Label): string {
  return digestOf({ mode: labelSet.mode, prompts: [...promptsOf(labelSet, label)].sort() });
}

/** As {@link promptsDigest}, of "none of these". */
export function noneOfThesePromptsDigest({ mode, noneOfThese = [] }: LabelSet): string {
  return digestOf({ mode, prompts: [...noneOfThese].sort() });
}

/** Every prompt of a label: its own, or each template with its name and each synonym. */
export function promptsOf(labelSet: LabelSet, { name, synonyms, prompts }: Label): readonly string[] {
  if (prompts) return prompts;
  return [name, ...synonyms].flatMap((phrase) =>
    // By a function, since `replaceAll` would take `$&` in a label for a pattern.
    labelSet.promptTemplates.map((template) => template.replaceAll(LABEL_SLOT, () => phrase)),
  );
}

/** The prompts that compete with the labels without ever becoming a tag. */
export function contrastPromptsOf(labelSet: LabelSet): readonly string[] {
  return labelSet.mode === 'exclusive'
    ? (labelSet.noneOfThese ?? [])
    : (labelSet.contrastPrompts ?? DEFAULT_CONTRAST_PROMPTS);
}

/** Whether a label set is meant for this object. */
export function appliesTo(
  labelSet: Pick<LabelSet, 'appliesTo'>,
  { bucket, key }: { bucket: string; key: string },
): boolean {
  return (
    labelSet.appliesTo?.some(
      (place) => (place.bucket ?? bucket) === bucket && key.startsWith(place.prefix ?? ''),
    ) ?? true
  );
}

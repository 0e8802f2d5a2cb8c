import { z } from 'zod';
import { digestOf } from '../digest.ts';
import { isPlainObject } from '../document.ts';
import { InvalidInput } from '../errors.ts';
import { foldedCharacters, foldedText } from './folded-text.ts';
import { contradictions } from './label-set-contradictions.ts';
import { issueText } from './label-set-faults.ts';
import { type LabelSetFit, labelSetFitSchema, scoringPart } from './label-set-fit.ts';
import { noteSpellings } from './spellings.ts';
import type { FindPlace } from './written-place.ts';

/** The slot of a prompt template that a label's words fill. */
const LABEL_SLOT = '{label}';

const DEFAULT_TOP_K = 5;
/**
 * Tags with lower scores are mostly wrong in a large exclusive label set; `cliptag evaluate` measures which minimum
 * suits a set.
 */
const DEFAULT_MINIMUM_SCORE = 0.2;
/** What a label is weighed against in `independent` mode when the label set has no contrast prompts of its own. */
const DEFAULT_CONTRAST_PROMPTS = ['a photo', 'a photo of something', 'an image'];

/** A label set's name: neither `:` nor `#`, which stand between the name and a label. */
export const LABEL_SET_NAME = /[a-z0-9][a-z0-9_-]{0,62}/;

/** Longer ones say nothing to CLIP, which reads some 70 words. */
export const MAXIMUM_LABEL_LENGTH = 100;

/** What programs put where they could not read a letter. */
const LOST_LETTER = 'Expected a text whose letters are all there, without \ufffd';
const isWhole = (text: string) => !text.includes('\ufffd');

/** In one spelling, whatever quotes, widths and accents it is typed with: the words that tags and records carry. */
const words = z
  .string()
  .transform(foldedText)
  .pipe(z.string().min(1).max(MAXIMUM_LABEL_LENGTH).refine(isWhole, { error: LOST_LETTER }));
/** A whole sentence: the 77 tokens that CLIP reads may have several hundred letters. White space is none of them. */
const prompt = z.string().trim().min(1).max(1000).transform(foldedCharacters);
const score = z.number().min(0).max(1);
const promptTemplate = z
  .string()
  .refine((template) => template.includes(LABEL_SLOT), {
    error: `Expected a template with the slot ${LABEL_SLOT}`,
  })
  .transform(foldedCharacters);

const labelMapping = z.strictObject({
  /** The word that tags carry. */
  name: words,
  /** Other words for the same thing: their prompts join the label's ensemble. */
  synonyms: z.array(words).default([]),
  /** The broader label that this one implies, e.g. `dog` → `animal`; it need not be listed itself. */
  parent: words.optional(),
  /** Whole prompts in place of the label set's templates. */
  prompts: z.array(prompt).min(1).optional(),
  /** Lowest score of a tag with this label, in [0, 1]. @default the label set's minimumScore */
  threshold: score.optional(),
});

const label = z.preprocess((value, context) => {
  if (typeof value === 'string') return { name: value };
  if (isPlainObject(value) && Object.keys(value).some((key) => key in labelMapping.shape)) return value;
  context.addIssue({ code: 'custom', message: 'Expected a text or a mapping with a name', input: value });
  return z.NEVER;
}, labelMapping);

/** A label set as its file holds it. */
export const labelSetSchema = z.strictObject({
  name: z
    .string()
    .regex(
      new RegExp(`^${LABEL_SET_NAME.source}$`),
      'Expected 1 to 63 lower-case letters, digits, hyphens and underscores, a letter or digit first',
    ),
  version: z
    .union([z.string().min(1), z.number()], { error: 'Expected a text or a number' })
    .transform(String),
  description: z.string().optional(),
  /** `exclusive`: the labels share one softmax. `independent`: each label by itself against the contrast prompts. */
  mode: z.enum(['exclusive', 'independent']),
  promptTemplates: z
    .array(promptTemplate)
    .min(1)
    .default([`a photo of a ${LABEL_SLOT}`]),
  labels: z.array(label).min(1),
  /** Prompts of the label "none of these", which takes part in the softmax but never becomes a tag (`exclusive`). */
  noneOfThese: z.array(prompt).min(1).optional(),
  /** What each label is weighed against (`independent`). */
  contrastPrompts: z.array(prompt).min(1).optional(),
  /** Maximum number of tags per image, in [1, 100]. @default 5 */
  topK: z.int().min(1).max(100).default(DEFAULT_TOP_K),
  /** Lowest score of a tag, in [0, 1]. @default 0.2 */
  minimumScore: score.default(DEFAULT_MINIMUM_SCORE),
  /** Buckets and prefixes of the uploads that it applies to; any of them is enough. @default all uploads */
  appliesTo: z
    .array(z.strictObject({ bucket: z.string().min(1).optional(), prefix: z.string().optional() }))
    .min(1)
    .optional(),
  /**
   * By model digest: what `labels calibrate` and `labels learn` have found with that model. They write it to a file beside
   * the label set's own.
   */
  fits: z.record(z.string(), labelSetFitSchema).optional(),
});

export type LabelSet = z.infer<typeof labelSetSchema>;
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
  const issues = result.error?.issues.map((issue) => issueText(issue, placeOf)) ?? [];
  const parts = wellFormedParts.safeParse(value).data;
  const faults = [...issues, ...(parts ? contradictions(parts, placeOf) : [])];
  if (!result.success || faults.length > 0) throw new InvalidInput(`${source} is not a label set`, faults);
  noteSpellings(result.data, value);
  return result.data;
}

/** Digest of everything in a label set that tags by this model depend on: it changes whenever one of them could. */
export function labelSetDigest(labelSet: LabelSet, modelDigest: string): string {
  const fit = fitOf(labelSet, modelDigest);
  return digestOf({ ...withoutFits(labelSet), ...(fit && { fit: scoringPart(fit) }) });
}

/** Digest of what people have written in a label set, whatever was fitted to it. */
export function wordsDigest(labelSet: LabelSet): string {
  return digestOf(withoutFits(labelSet));
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

/** Faults between them are reported with all others. A label with faults of its own becomes one without words, so that the others keep their places. */
const wellFormedParts = z.object({
  labels: z.array(label.catch({ name: '', synonyms: [] })).catch([]),
  mode: z.unknown().optional(),
  noneOfThese: z.unknown().optional(),
  contrastPrompts: z.unknown().optional(),
});

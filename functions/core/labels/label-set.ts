import { z } from 'zod';
import { digestOf } from '../digest.ts';
import { isPlainObject } from '../document.ts';
import { InvalidInput } from '../errors.ts';
import { foldedCharacters, foldedText } from './folded-text.ts';
import { contradictions } from './label-set-contradictions.ts';
import { type FieldNames, issueTexts, mayBeField } from './label-set-faults.ts';
import { type LabelSetFit, labelSetFitSchema, scoringPart } from './label-set-fit.ts';
import { PROMPT_CHOICE_NAMES, PROMPT_CHOICES } from './prompt-choices.ts';
import { noteSpellings } from './spellings.ts';
import type { FindPlace } from './written-place.ts';

/** The slot of a prompt template that a label's words fill. */
const LABEL_SLOT = '{label}';

const DEFAULT_TOP_K = 5;
export const MAXIMUM_TOP_K = 100;
/**
 * Tags with lower scores are mostly wrong in a large exclusive label set; `cliptag evaluate` measures which minimum
 * suits a set.
 */
const DEFAULT_MINIMUM_SCORE = 0.2;
/** What a label is weighed against in `independent` mode when the label set has no contrast prompts of its own. */
export const DEFAULT_CONTRAST_PROMPTS = ['a photo', 'a photo of something', 'an image'];

/** A label set's name: neither `:` nor `#`, which stand between the name and a label. */
export const LABEL_SET_NAME = /[a-z0-9][a-z0-9_-]{0,62}/;

/** Longer ones say nothing to CLIP, which reads some 70 words. */
export const MAXIMUM_LABEL_LENGTH = 100;

/** What programs put where they could not read a letter. */
const LOST_LETTER = 'Expected a text whose letters are all there, without \ufffd';
/** What is fitted stands by name, and JavaScript's objects take this one for something else. */
export const NO_LABEL = '__proto__';
const isWhole = (text: string) => !text.includes('\ufffd');

/** In one spelling, whatever quotes, widths and accents it is typed with: the words that tags and records carry. */
const words = z
  .string()
  .transform(foldedText)
  .pipe(
    z
      .string()
      .min(1)
      .max(MAXIMUM_LABEL_LENGTH)
      .refine(isWhole, { error: LOST_LETTER })
      .refine((text) => text !== NO_LABEL, { error: `Expected another word than ${NO_LABEL}` }),
  );
/** A whole sentence: the 77 tokens that CLIP reads may have several hundred letters. White space is none of them. */
const prompt = z.string().trim().min(1).max(1000).transform(foldedCharacters);
const score = z.number().min(0).max(1);
const promptTemplate = z
  .string()
  .regex(/\{label\}/, { error: `Expected a template with the slot ${LABEL_SLOT}` })
  .transform(foldedCharacters);

/** A label that is just its name. */
export const LABEL_TEXT = words.describe('The word that tags carry.');

const labelMapping = z.strictObject({
  name: LABEL_TEXT,
  synonyms: z
    .array(words)
    .default([])
    .describe("Other words for the same thing: their prompts join the label's."),
  parent: words
    .optional()
    .describe(
      'The broader label that this one implies, as dog implies animal; it need not be listed itself.',
    ),
  prompts: z
    .array(prompt)
    .min(1)
    .optional()
    .describe('Whole sentences in place of the templates; name and synonyms are not asked about then.'),
  threshold: score
    .optional()
    .describe("Lowest score of a tag with this label. Default: the set's minimumScore."),
});

const label = z.preprocess((value, context) => {
  if (typeof value === 'string') return { name: value };
  if (isPlainObject(value) && Object.keys(value).some((key) => mayBeField(key, labelMapping.shape)))
    return value;
  context.addIssue({ code: 'custom', message: 'Expected a text or a mapping with a name', input: value });
  return z.NEVER;
}, labelMapping);

const place = z.strictObject({
  bucket: z.string().min(1).optional().describe("A bucket's name. Default: any bucket."),
  prefix: z.string().optional().describe("How the object's key begins. Default: any key."),
});

/** A label set as its file holds it. What it says of its fields is what editors show. */
export const labelSetSchema = z.strictObject({
  $schema: z.string().optional().describe('Where editors find this description. Cliptag does not read it.'),
  name: z
    .string()
    .regex(
      new RegExp(`^${LABEL_SET_NAME.source}$`),
      'Expected 1 to 63 lower-case letters, digits, hyphens and underscores, a letter or digit first',
    )
    .describe('What tags and queries call the set: lower-case letters, digits, hyphens and underscores.'),
  version: z
    .union([z.string().min(1), z.number()], { error: 'Expected a text or a number' })
    .transform(String)
    .describe('A count or name that you choose. Change it when you change what a label means.'),
  description: z.string().optional().describe('For people.'),
  mode: z
    .enum(['exclusive', 'independent'])
    .describe(
      'exclusive: one label is right, and the labels share one softmax. independent: any number may be right, and each label is judged by itself against the contrast prompts.',
    ),
  prompts: z
    .enum(PROMPT_CHOICE_NAMES)
    .optional()
    .describe('Prompt templates that come with Cliptag, by their name, in place of promptTemplates.'),
  promptTemplates: z
    .array(promptTemplate)
    .min(1)
    .default([`a photo of a ${LABEL_SLOT}`])
    .describe(
      "Sentences that the model is asked about; {label} stands for the label's name and for each synonym.",
    ),
  labels: z.array(label).min(1).describe('The words. A label is a mapping with a name, or just its name.'),
  noneOfThese: z
    .array(prompt)
    .min(1)
    .optional()
    .describe(
      'Only in exclusive mode: prompts of one more label that is never shown. What is none of the labels goes there.',
    ),
  contrastPrompts: z
    .array(prompt)
    .min(1)
    .optional()
    .describe(
      `Only in independent mode: what every label is weighed against. Default: ${DEFAULT_CONTRAST_PROMPTS.join(', ')}.`,
    ),
  topK: z
    .int()
    .min(1)
    .max(MAXIMUM_TOP_K)
    .default(DEFAULT_TOP_K)
    .describe('The most tags that a picture gets.'),
  minimumScore: score.default(DEFAULT_MINIMUM_SCORE).describe('Lowest score of a tag.'),
  appliesTo: z
    .array(place)
    .min(1)
    .optional()
    .describe('The uploads it is for: any of these places is enough. Default: all uploads.'),
  fits: z
    .record(z.string(), labelSetFitSchema)
    .optional()
    .describe(
      'By model: what labels calibrate and labels learn have found. They write it to a file beside this one.',
    ),
});

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
  const issues = result.error?.issues.flatMap((issue) => issueTexts(issue, FIELDS, placeOf)) ?? [];
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

/** Faults between them are reported with all others. A label with faults of its own becomes one without words, so that the others keep their places. */
const wellFormedParts = z.object({
  labels: z.array(label.catch({ name: '', synonyms: [] })).catch([]),
  mode: z.unknown().optional(),
  prompts: z.unknown().optional(),
  promptTemplates: z.unknown().optional(),
  noneOfThese: z.unknown().optional(),
  contrastPrompts: z.unknown().optional(),
});

/** What may stand at each level of a label set. */
const FIELDS: FieldNames = {
  labelSet: Object.keys(labelSetSchema.shape),
  labels: Object.keys(labelMapping.shape),
  appliesTo: Object.keys(place.shape),
};

import { z } from 'zod';
import { isPlainObject } from '../document.ts';
import { foldedCharacters, foldedText } from './folded-text.ts';
import { type FieldNames, mayBeField } from './label-set-faults.ts';
import { labelSetFitSchema } from './label-set-fit.ts';
import { PROMPT_CHOICE_NAMES } from './prompt-choices.ts';

/** The slot of a prompt template that a label's words fill. */
export const LABEL_SLOT = '{label}';

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

/**
 * What can be read of a faulty label set, so that contradictions are told with all other faults. A faulty label becomes one
 * without words: the others keep their places.
 */
export const wellFormedParts = z.object({
  labels: z.array(label.catch({ name: '', synonyms: [] })).catch([]),
  mode: z.unknown().optional(),
  prompts: z.unknown().optional(),
  promptTemplates: z.unknown().optional(),
  noneOfThese: z.unknown().optional(),
  contrastPrompts: z.unknown().optional(),
});

/** What may stand at each level of a label set. */
export const LABEL_SET_FIELDS: FieldNames = {
  labelSet: Object.keys(labelSetSchema.shape),
  labels: Object.keys(labelMapping.shape),
  appliesTo: Object.keys(place.shape),
};

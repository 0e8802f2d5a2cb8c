import { z } from 'zod';
import { digestOf } from '../digest.ts';
import { excerpt, InvalidInput } from '../errors.ts';

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

const words = z.string().trim().min(1).max(100);
/** A whole sentence: the 77 tokens that CLIP reads may have several hundred letters. */
const prompt = z.string().trim().min(1).max(1000);
const score = z.number().min(0).max(1);
const promptTemplate = z.string().refine((template) => template.includes(LABEL_SLOT), {
  error: `Expected a template with the slot ${LABEL_SLOT}`,
});

const label = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  z.strictObject({
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
  }),
);

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
});

export type LabelSet = z.infer<typeof labelSetSchema>;
export type Label = LabelSet['labels'][number];

/**
 * A label set from the value that its file holds.
 *
 * @param source what to call it in an error, e.g. the file's path
 * @throws {InvalidInput} naming every fault with its place
 */
export function parseLabelSet(value: unknown, source: string): LabelSet {
  const result = labelSetSchema.safeParse(value, { reportInput: true });
  const faults = [...(result.error?.issues.map(describeIssue) ?? []), ...contradictions(value)];
  if (result.success && faults.length === 0) return result.data;
  throw new InvalidInput(`${source} is not a label set`, faults);
}

/** Digest of everything in a label set: it changes whenever a tag could. */
export function labelSetDigest(labelSet: LabelSet): string {
  return digestOf(labelSet);
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

/** Faults between fields, found in the parts that are well-formed, so that they are reported together with all others. */
function contradictions(value: unknown): string[] {
  const parts = wellFormedParts.safeParse(value).data;
  if (!parts) return [];
  const { labels, mode, noneOfThese, contrastPrompts } = parts;
  const faults = [...repeatedNames(labels), ...circles(labels)];
  if (mode === 'independent' && noneOfThese !== undefined) {
    faults.push('noneOfThese: Expected it only in exclusive mode; independent mode has contrastPrompts');
  }
  if (mode === 'exclusive' && contrastPrompts !== undefined) {
    faults.push('contrastPrompts: Expected them only in independent mode; exclusive mode has noneOfThese');
  }
  return faults;
}

/** A label with faults of its own becomes one without words, so that the others keep their places. */
const wellFormedParts = z.object({
  labels: z.array(label.catch({ name: '', synonyms: [] })).catch([]),
  mode: z.unknown().optional(),
  noneOfThese: z.unknown().optional(),
  contrastPrompts: z.unknown().optional(),
});

function repeatedNames(labels: readonly Label[]): string[] {
  const faults: string[] = [];
  const placeOf = new Map<string, number>();
  for (const [index, { name, synonyms }] of labels.entries()) {
    for (const word of [name, ...synonyms].filter((text) => text !== '')) {
      const earlier = placeOf.get(word.toLowerCase());
      if (earlier !== undefined)
        faults.push(`labels[${index}]: "${word}" stands at labels[${earlier}] already`);
      placeOf.set(word.toLowerCase(), index);
    }
  }
  return faults;
}

function circles(labels: readonly Label[]): string[] {
  const parentOf = new Map(labels.map(({ name, parent }) => [name, parent]));
  return labels.flatMap(({ name }, index) => {
    const line = [name];
    for (let parent = parentOf.get(name); parent !== undefined; parent = parentOf.get(parent)) {
      const isKnown = line.includes(parent);
      line.push(parent);
      if (parent === name)
        return [`labels[${index}].parent: Expected no circle but received ${line.join(' → ')}`];
      if (isKnown) return [];
    }
    return [];
  });
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const place = issue.path.reduce<string>(
    (path, part) =>
      typeof part === 'number' ? `${path}[${part}]` : path ? `${path}.${String(part)}` : String(part),
    '',
  );
  return `${place || '(top level)'}: ${issueText(issue)}`;
}

/**
 * What was expected and what arrived. What zod's message says of the type that arrived is cut off: the value shows it.
 */
function issueText({ code, message, input }: z.core.$ZodIssue): string {
  // Without the mapping that arrived, which may be long: the message names the key.
  if (code === 'unrecognized_keys') return message;
  const expected = message.replace(/^Invalid input: e/, 'E').replace(/, received \w+$/, '');
  // JSON has no NaN.
  const received = typeof input === 'number' ? String(input) : excerpt(input);
  return `${expected}, received ${input === undefined ? 'nothing' : received}`;
}

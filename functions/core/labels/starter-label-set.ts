import { adHocLabelSet } from './ad-hoc-label-set.ts';
import { contrastPromptsOf, type Label, type LabelSet } from './label-set.ts';
import { PROMPT_CHOICE_NAMES } from './prompt-choices.ts';

/** What a starter file is made of. */
export interface Starter {
  readonly name: string;
  readonly isExclusive: boolean;
  /** Labels as {@link adHocLabelSet} takes them. @default a few that show what a label may have */
  readonly labels?: readonly string[] | undefined;
  /** What leads from the file to the JSON Schema. */
  readonly schema: string;
  /** How commands name the file. */
  readonly path: string;
}

/** A label set in YAML, with a comment on all that may be changed. Its labels say what `cliptag tag --label` says. */
export function starterYaml({ name, isExclusive, labels, schema, path }: Starter): string {
  const labelSet = adHocLabelSet(labels ?? ['cat'], { isExclusive });
  return `# yaml-language-server: $schema=${schema}
#
# Try it:    cliptag tag PICTURES --labels ${path}
# Check it:  cliptag labels check ${path}
# Use it:    cliptag start --labels ${path}
# Every field is told of in models/labels/README.md of Cliptag.

name: ${scalar(name)}
version: 1 # count it up when you change what a label means

# independent: any number of labels may be true of a picture. exclusive: one at most.
mode: ${labelSet.mode}

# The most tags that a picture gets, and their lowest score, from 0 to 1. A higher one: fewer tags, and more of them are right.
topK: ${Math.max(labelSet.topK, MINIMUM_TOP_K)}
minimumScore: ${labelSet.minimumScore}

# What the model is asked about each label: "a photo of a LABEL", unless you name other sentences (${PROMPT_CHOICE_NAMES.join(', ')})
# or write your own.
# prompts: photo
# promptTemplates: ["a photo of a {label}", "a photo of a {label} at night"]

${rivals(labelSet)}
labels:
${labels ? labelSet.labels.map(labelLine).join('\n') : EXAMPLES}

# Only for some uploads:
# appliesTo:
#   - prefix: ${scalar(`${name}/`)}
`;
}

/** The same in JSON, which has no comments. */
export function starterJson({ name, isExclusive, labels, schema }: Omit<Starter, 'path'>): string {
  const { mode, minimumScore, ...labelSet } = adHocLabelSet(labels ?? ['cat', 'dog'], { isExclusive });
  const written = labelSet.labels.map(({ name: label, prompts }) =>
    prompts ? { name: label, prompts } : label,
  );
  const { noneOfThese } = labelSet;
  const value = { $schema: schema, name, version: 1, mode, minimumScore, noneOfThese, labels: written };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Labels are added to a starter. */
const MINIMUM_TOP_K = 5;

const EXAMPLES = `  - cat
  - name: dog
    synonyms: [puppy] # other words for the same thing
    parent: animal # who has this tag has that one, too
  - name: drawing
    prompts: [a drawing, a pencil sketch] # whole sentences, in place of the templates
    threshold: 0.8 # in place of minimumScore`;

function rivals(labelSet: LabelSet): string {
  const prompts = contrastPromptsOf(labelSet).map(scalar).join(', ');
  return labelSet.mode === 'exclusive'
    ? `# What is none of the labels goes to these, and gets no tag.\nnoneOfThese: [${prompts}]\n`
    : `# What every label is weighed against.\n# contrastPrompts: [${prompts}]\n`;
}

function labelLine({ name, prompts }: Label): string {
  if (!prompts) return `  - ${scalar(name)}`;
  return `  - { name: ${scalar(name)}, prompts: [${prompts.map(scalar).join(', ')}] }`;
}

/** Words that YAML takes for a text wherever they stand. */
const PLAIN = /^[a-z][a-z]*(?:[ '-][a-z]+)*$/i;
/** YAML 1.1, which some editors read, takes more words for truth values than 1.2. */
const NO_TEXT = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** A text as YAML has it: in quotes, unless it is sure to need none. A text of JSON is one of YAML. */
function scalar(text: string): string {
  return PLAIN.test(text) && !NO_TEXT.test(text) ? text : JSON.stringify(text);
}

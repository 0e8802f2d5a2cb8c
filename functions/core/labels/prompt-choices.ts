/**
 * Prompt templates by name, after the prompt ensembles of CLIP (https://arxiv.org/abs/2103.00020, section 3.1.4), in our own
 * words: several sentences about a label say better what pictures of it have in common than one does. For what they
 * change with the embedded model, see `models/labels/README.md`.
 */
export const PROMPT_CHOICES = {
  photo: [
    'a photo of a {label}',
    'a photo of the {label}',
    'a close-up photo of a {label}',
    'a photo of a {label} in the distance',
    'a dark photo of a {label}',
    'a bright photo of a {label}',
    'a blurry photo of a {label}',
    'a good photo of a {label}',
  ],
  drawing: [
    'a drawing of a {label}',
    'a pencil sketch of a {label}',
    'a painting of a {label}',
    'a cartoon of a {label}',
    'an illustration of a {label}',
    'a print of a {label}',
  ],
  product: [
    'a product photo of a {label}',
    'a {label} on a plain background',
    'a {label} for sale',
    'a catalogue picture of a {label}',
    'a {label} on a shelf',
    'a photo of a {label} in its packaging',
  ],
  any: [
    '{label}',
    'a {label}',
    'a photo of a {label}',
    'a picture of a {label}',
    'a drawing of a {label}',
    'an image that shows a {label}',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type PromptChoice = keyof typeof PROMPT_CHOICES;

export const PROMPT_CHOICE_NAMES = Object.keys(PROMPT_CHOICES) as PromptChoice[];

/** The name of a label set's templates, where they have one. */
export function promptChoiceOf({ promptTemplates }: { readonly promptTemplates: readonly string[] }) {
  return PROMPT_CHOICE_NAMES.find((name) => {
    const templates = PROMPT_CHOICES[name];
    return (
      templates.length === promptTemplates.length && templates.every((text, i) => text === promptTemplates[i])
    );
  });
}

/** A text that says itself what kind of picture is meant. */
const NAMES_A_PICTURE =
  /\b(photos?|photographs?|pictures?|images?|drawings?|paintings?|sketch(es)?|cartoons?|screenshots?|diagrams?)\b/i;

/**
 * The prompts whose mean stands for a text that a person searches for: the bare words, and the sentence that CLIP's authors
 * found better for names of things ("Learning Transferable Visual Models From Natural Language Supervision", 3.1.4).
 *
 * @example freeTextPrompts('sunset over water') // ['sunset over water', 'a photo of sunset over water']
 */
export function freeTextPrompts(text: string): readonly string[] {
  return NAMES_A_PICTURE.test(text) ? [text] : [text, `a photo of ${text}`];
}

import type { PromptEncoder } from '../embedding.ts';
import { contrastPromptsOf, fitOf, type LabelSet, promptsOf } from '../label-set.ts';
import { DEFAULT_CONTRAST_PROMPTS } from '../label-set-schema.ts';
import { emptyLabels } from './empty-labels.ts';
import type { Finding } from './finding.ts';
import { nearLabels, straySynonyms } from './near-labels.ts';
import { textSpace } from './text-space.ts';
import { cutPrompts, denials, missingRival, type TextReader, wordsInPieces } from './written-prompts.ts';

/** What a review asks of a model. */
export interface ReviewModel {
  readonly encoder: PromptEncoder;
  readonly reader: TextReader;
}

/**
 * What a model makes of a label set that its author may not mean, in the order of the file. No picture is needed.
 */
export async function reviewOf(
  labelSet: LabelSet,
  { encoder, reader }: ReviewModel,
): Promise<readonly Finding[]> {
  const prompts = labelSet.labels.map((label) => promptsOf(labelSet, label));
  const rivals = [...contrastPromptsOf(labelSet), ...DEFAULT_CONTRAST_PROMPTS];
  const space = await textSpace(labelSet, [...prompts.flat(), ...rivals], encoder);
  const directions = prompts.map((texts) => space.directionOf(texts));
  const findings = [
    ...missingRival(labelSet),
    ...nearLabels(labelSet, directions),
    ...straySynonyms(labelSet, directions, space),
    ...emptyLabels(labelSet, directions, space),
    ...cutPrompts(labelSet, reader),
    ...wordsInPieces(labelSet, reader),
    ...denials(labelSet),
  ];
  const isMoot = mootness(labelSet, encoder.modelDigest);
  return findings
    .filter((finding) => !isMoot(finding))
    .map((finding, order) => ({ finding, order }))
    .sort((a, b) => rowOf(a.finding) - rowOf(b.finding) || a.order - b.order)
    .map(({ finding }) => finding);
}

/** What words say does not matter of a label that was learned from examples, nor a missing rival where "unknown" is one. */
function mootness(labelSet: LabelSet, modelDigest: string): (finding: Finding) => boolean {
  const fit = fitOf(labelSet, modelDigest);
  if (!fit) return () => false;
  return ({ code, labels }) =>
    code === 'no-none-of-these'
      ? fit.unknownLogit !== undefined
      : labels.some((name) => fit.labels[name]?.direction !== undefined);
}

function rowOf({ path: [, index] }: Finding): number {
  return typeof index === 'number' ? index : -1;
}

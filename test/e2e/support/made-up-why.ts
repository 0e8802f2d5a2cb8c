import type { ApiImage, WhyAnswer } from '../../../functions/api/contract.ts';

/** Why a made-up picture carries a label, `SET:LABEL`, or does not. */
export function madeUpWhy({ bucket, key, status, tags }: ApiImage, asked: string): WhyAnswer {
  const [set = 'general', label = ''] = asked.includes(':') ? asked.split(':') : ['general', asked];
  const tag = tags.find((one) => one.set === set && one.label === label);
  const [score, cosine] = [tag?.score ?? 0.12, tag ? 0.31 : 0.19];
  const model: NonNullable<WhyAnswer['labels'][number]['model']> = {
    ...{ set, label, verdict: tag ? 'passes' : 'below-threshold', score, rank: tag ? 1 : 6, names: 12 },
    ...{ threshold: { score: 0.3, from: 'set', cosine: 0.262 }, topK: 5, cosine, logit: 31 },
    nullDistribution: { mean: 0.15, deviation: 0.03, images: 4000, deviationsAbove: (cosine - 0.15) / 0.03 },
    ...{ share: score, broader: [], narrower: [{ label: 'narrower <b>one</b>', score: 0.1 }] },
    rivals: [
      { kind: 'label', text: 'harbour', share: 0.5 * (1 - score), cosine: 0.2 },
      { kind: 'unknown', share: 0.3 * (1 - score) },
      { kind: 'others', count: 10, share: 0.2 * (1 - score) },
    ],
  };
  const sentence = tag
    ? `${key} is tagged ${label} (${score.toFixed(2)}).`
    : `${label} is not shown for ${key}: its score 0.12 is below 0.30.`;
  const explained = { set, label, isShown: tag !== undefined, sentence, model } as const;
  return {
    ...{ bucket, key, status, sentence: key },
    sets: [{ set, state: 'current', mode: 'exclusive' }],
    labels: [
      {
        ...explained,
        reason: tag ? 'passes' : 'below-threshold',
        ...(tag && { score }),
        prompts: [{ text: `a photo of a ${label}`, cosine }],
      },
    ],
  };
}

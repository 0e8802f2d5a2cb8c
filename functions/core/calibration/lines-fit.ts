import type { HoldingFits } from '../labels/classifier-fit.ts';
import { noneOfThesePromptsDigest, promptsDigest } from '../labels/label-set.ts';
import type { LabelFit, LabelSetFit } from '../labels/label-set-fit.ts';
import type { CalibrationBasis, FittedLines } from './fitted-lines.ts';

export interface FitOrigin extends Pick<LabelSetFit, 'version' | 'fittedAt'> {
  /** What was learned before: directions and their examples stay. */
  readonly holding: HoldingFits;
  /** Pictures that null distributions come from. */
  readonly images: number;
}

/** Lines as a label set carries them, without thresholds. */
export function labelSetFit(
  { labelSet, unlabelled }: CalibrationBasis,
  { lines, noneOfThese, unknownLogit }: FittedLines,
  { holding, images, version, fittedAt }: FitOrigin,
): LabelSetFit {
  const labels = labelSet.labels.map((label, i): [string, LabelFit] => {
    const { slope = 0, offset = 0, curve } = lines[i] ?? {};
    const { centre = 0, deviation = 0 } = unlabelled[i]?.null ?? {};
    const { direction, examples } = holding[i] ?? {};
    return [
      label.name,
      {
        promptsDigest: promptsDigest(labelSet, label),
        ...{ slope, offset },
        null: { mean: centre, deviation, images },
        ...(direction !== undefined && { direction }),
        ...(curve && { curve }),
        ...(examples && { examples }),
      },
    ];
  });
  return {
    ...{ version, fittedAt },
    labels: Object.fromEntries(labels),
    ...(labelSet.mode === 'exclusive' && { unknownLogit }),
    ...(noneOfThese && {
      noneOfThese: {
        slope: noneOfThese.slope,
        offset: noneOfThese.offset,
        promptsDigest: noneOfThesePromptsDigest(labelSet),
      },
    }),
  };
}

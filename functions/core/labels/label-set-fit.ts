import { z } from 'zod';
import { InvalidInput } from '../errors.ts';
import { issueText } from './label-set-faults.ts';
import type { FindPlace } from './written-place.ts';

/** No logit that a model gives is near it, and nothing that is made of such numbers overflows. */
const GREATEST_LOGIT = 1e9;
const logit = z.number().min(-GREATEST_LOGIT).max(GREATEST_LOGIT);

/** Slope and offset of a logit: logit = slope × cosine + offset. A higher cosine never makes a lower score. */
const line = { slope: z.number().min(0).max(GREATEST_LOGIT), offset: logit };

/** Cosines of pictures without the label: what its score has to stand out from. */
const nullDistribution = z.strictObject({
  mean: z.number(),
  deviation: z.number().min(0),
  /** Pictures that it comes from. */
  images: z.int().min(0),
});

/** Pictures that somebody has said something of, by which a label was learned or its score calibrated. */
const examples = z.strictObject({
  /** `s3://BUCKET/KEY` of stored images, paths of others. */
  positive: z.array(z.string()),
  negative: z.array(z.string()),
});

/** What was fitted to one label with one model. */
const labelFit = z.strictObject({
  /** `promptsDigest` of the label as it was fitted: with other prompts, or in the other mode, the fit no longer holds. */
  promptsDigest: z.string(),
  ...line,
  null: nullDistribution.optional(),
  /**
   * Learned from examples, in place of the prompts' own: unit vector as float16, little-endian, base64. @default the
   * prompts' direction
   */
  direction: z.base64().min(1).optional(),
  /**
   * Probabilities by logit, neither ever descending; linear between them, constant beyond them. An exclusive label's is by
   * the logit of its share of the softmax. @default the logistic function (independent), the share itself (exclusive)
   */
  curve: z
    .array(z.tuple([logit, z.number().min(0).max(1)]))
    .min(2)
    .refine(neverDescends, { error: 'Expected points whose logits and probabilities never descend' })
    .optional(),
  /** Lowest score of a tag. A `threshold` that the label set itself names goes before it. @default the label set's minimumScore */
  threshold: z.number().min(0).max(1).optional(),
  examples: examples.optional(),
});

/** What was fitted to a label set with one model; see docs/labels.md. */
export const labelSetFitSchema = z.strictObject({
  /** Counts the fits of this label set with this model. */
  version: z.int().min(1),
  /** ISO 8601. */
  fittedAt: z.string(),
  /**
   * By label name. A label without one is scored by its words: in an independent set as without a fit, in an exclusive one
   * by the mean line of the labels that were fitted by their words, or, where none was, by the model's logit scale.
   */
  labels: z.record(z.string(), labelFit),
  /** Logit of "unknown", which competes with the labels of an exclusive set and is never shown. @default none */
  unknownLogit: logit.optional(),
  /**
   * Of the prompts of "none of these" (exclusive). With `promptsDigest` (`noneOfThesePromptsDigest`) it holds for these very
   * prompts only. @default as of a label without a fit
   */
  noneOfThese: z.strictObject({ ...line, promptsDigest: z.string().optional() }).optional(),
});

export type LabelFit = z.infer<typeof labelFit>;
export type LabelSetFit = z.infer<typeof labelSetFitSchema>;
/** By model digest. */
export type LabelSetFits = Readonly<Record<string, LabelSetFit>>;

const fitFileSchema = z.strictObject({ fits: z.record(z.string(), labelSetFitSchema) });

/**
 * The fits of a label set from the value that their file holds.
 *
 * @param source what to call it in an error, e.g. the file's path
 * @throws {InvalidInput} naming every fault with its place
 */
export function parseFits(
  value: unknown,
  source: string,
  placeOf: FindPlace = () => undefined,
): LabelSetFits {
  const result = fitFileSchema.safeParse(value, { reportInput: true });
  if (result.success) return result.data.fits;
  throw new InvalidInput(
    `${source} holds no fits of a label set`,
    result.error.issues.map((issue) => issueText(issue, placeOf)),
  );
}

/** The fit of a label, whatever its name: "constructor" is one that every object has. */
export function labelFitOf({ labels }: LabelSetFit, label: string): LabelFit | undefined {
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}

/** What scores depend on in a fit: neither when it was made nor from which pictures. */
export function scoringPart({ labels, unknownLogit, noneOfThese }: LabelSetFit): object {
  const scoring = Object.entries(labels).map(([name, { null: _, examples, ...rest }]) => [name, rest]);
  return { labels: Object.fromEntries(scoring), unknownLogit, noneOfThese };
}

function neverDescends(points: ReadonlyArray<readonly [number, number]>): boolean {
  return points.every(([x, y], i) => {
    const [beforeX, beforeY] = points[i - 1] ?? [x, y];
    return beforeX <= x && beforeY <= y;
  });
}

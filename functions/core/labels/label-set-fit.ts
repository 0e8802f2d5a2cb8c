import { z } from 'zod';

/** Slope and offset of a logit: logit = slope × cosine + offset. */
const line = { slope: z.number(), offset: z.number() };

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
  /** Digest of the prompts that it was fitted to: with other prompts it no longer holds. */
  promptsDigest: z.string(),
  ...line,
  null: nullDistribution.optional(),
  /**
   * Learned from examples, in place of the prompts' own: unit vector as float16, little-endian, base64. @default the
   * prompts' direction
   */
  direction: z.base64().optional(),
  /**
   * Probabilities by logit, both ascending; linear between them, constant beyond them. @default the logistic function
   * (independent), the share of the softmax (exclusive)
   */
  curve: z
    .array(z.tuple([z.number(), z.number().min(0).max(1)]))
    .min(2)
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
  /** By label name. A label without one is scored as in a label set without a fit. */
  labels: z.record(z.string(), labelFit),
  /** Logit of "unknown", which competes with the labels of an exclusive set and is never shown. @default none */
  unknownLogit: z.number().optional(),
  /** Of the prompts of "none of these" (exclusive). @default the model's logit scale, and 0 */
  noneOfThese: z.strictObject(line).optional(),
});

export type LabelFit = z.infer<typeof labelFit>;
export type LabelSetFit = z.infer<typeof labelSetFitSchema>;

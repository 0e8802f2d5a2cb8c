/** Why an image carries a label, or does not; what programs branch on. */
export const REASONS = [
  // It does.
  'passes',
  'learned',
  'added',
  'implied',
  // It does not.
  'removed',
  'below-threshold',
  'beyond-top-k',
  'unknown',
  'not-for-this-image',
  'not-tagged',
  // It may or may not; the record alone tells.
  'outdated',
  'other-model',
  'not-at-hand',
] as const;

export type Reason = (typeof REASONS)[number];

/**
 * How a label set stands to an image. `outdated`: the image was tagged with another state of it, or without it; a retag tags
 * it anew. `not-at-hand`: nothing is known of it here.
 */
export const EXPLAINED_SET_STATES = ['current', 'outdated', 'not-for-this-image', 'not-at-hand'] as const;

export type ExplainedSetState = (typeof EXPLAINED_SET_STATES)[number];

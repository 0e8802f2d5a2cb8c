/** What `infra/options/tagger-options.ts` has Lambda hand over at once by default. */
export const BATCH_SIZE = 10;
